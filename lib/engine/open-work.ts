import { type BatchEvent, foldEvents, isEnqueued } from "corrigenda/batch";
import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import { type ListedStage, listStages, readStageConfig } from "corrigenda/results";
import { readJournal } from "corrigenda/store";
import { ANSWERERS } from "corrigenda/text";
import { z } from "zod";
import type { ProviderSettings } from "./workplace.ts";

/** What stages that hand in keep of the way on: who answers, and the command that collects. */
const Handed = z.looseObject({
  provider: z.looseObject({ name: z.enum(ANSWERERS) }),
  next: z.array(z.string()),
});

/** A stage with work that is not done. */
export interface OpenWork extends ListedStage {
  /** Requests handed in or still to hand in, and those that are answered. */
  readonly requests: number;
  readonly done: number;
  readonly failed: number;
  /** Ids of batches that run. */
  readonly batches: readonly string[];
  readonly provider: ProviderSettings | undefined;
  /** What stands after "npx zx" to go on. */
  readonly resume: readonly string[];
}

/** Every stage below results/ that was started and not finished, or whose batches are not all kept. */
export async function* openWork(root: Disk): AsyncGenerator<OpenWork> {
  for await (const listed of listStages(root)) {
    if (listed.state === "fresh") continue;
    const folder = `${listed.study}/${listed.run}/${listed.stage}`;
    const { plan, chunks, failed } = foldEvents(await readJournal<BatchEvent>(root, `${folder}/journal.jsonl`));
    const all = [...chunks.values()];
    const open = all.filter(({ phase }) => phase !== "ingested");
    if (listed.state === "finished" && open.length === 0) continue;
    const handed = Handed.safeParse((await readStageConfig(root, folder))?.config);
    const next = listed.state === "finished" && handed.success ? handed.data.next : undefined;
    yield {
      ...listed,
      requests: plan?.requests ?? 0,
      done: all.reduce((sum, { ok }) => sum + ok, 0),
      failed: failed.size,
      batches: open.filter(isEnqueued).flatMap(({ batch }) => (batch === undefined ? [] : [batch])),
      provider: handed.success ? (handed.data.provider as ProviderSettings) : undefined,
      resume: checkScript(next?.map((word) => word.replaceAll("{run}", listed.run)) ?? listed.command ?? [], folder),
    };
  }
}

const SCRIPT = /^scripts\/[a-z0-9-]+\/[a-z0-9-]+\.ts$/;

/** Only scripts of this repository are started: a folder of results may come from anywhere. */
function checkScript(words: readonly string[], folder: string): readonly string[] {
  if (SCRIPT.test(words[0] ?? "")) return words;
  throw new StudyError(
    "refused",
    `${folder} goes on with the command "${words[0]}", which is no script of this repository; remove the folder, or restore its config.json`,
    { facts: { folder } },
  );
}
