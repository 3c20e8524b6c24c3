import type { Disk } from "corrigenda/files";
import { openStage } from "corrigenda/results";
import { realClock } from "corrigenda/time";

const hash = "0".repeat(64);
const environment = {
  ...{ commit: null, dirtySha256: null, lockSha256: null, libSha256: hash },
  ...{ node: "v24", os: "linux", arch: "x64", versions: {} },
};

/** A finished stage of ilm with these files, which are there already. */
export async function finishStage(
  root: Disk,
  { run, stage }: { readonly run: string; readonly stage: string },
  outputs: readonly string[],
  counts: Readonly<Record<string, number>>,
): Promise<void> {
  const spec = { study: "ilm", run, stage, root, environment, clock: realClock, config: {}, command: ["x"] };
  await using open = await openStage(spec);
  await open.finish({ outputs, counts });
}
