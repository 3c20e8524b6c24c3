import { type Disk, type MemoryDisk, memoryDisk } from "corrigenda/files";
import {
  type Environment,
  type Metrics,
  openStage,
  requireStage,
  type Stage,
  type StageOptions,
} from "corrigenda/results";
import type { Clock } from "corrigenda/time";

export const environment: Environment = {
  commit: "1234567",
  dirtySha256: null,
  lockSha256: "a".repeat(64),
  libSha256: "b".repeat(64),
  node: "v24.21.0",
  os: "linux 6.1",
  arch: "x64",
  versions: { tokenizer: "o200k_base", prices: "2026-10-01" },
};

export const metrics: Metrics = {
  headline: { name: "agreement", value: 0.5, low: 0.4, high: 0.6, n: 30, unit: "kappa", provider: "offline" },
  metrics: [],
};

/** A clock that moves a second at every look. */
export function tickingClock(start = Date.UTC(2026, 10, 1)): Clock {
  let now = start;
  return { now: () => (now += 1000), sleep: async () => undefined };
}

export function options(root: Disk, more: Partial<StageOptions> = {}): StageOptions {
  return {
    root,
    study: "demo",
    run: "r1",
    stage: "step1",
    config: { model: "a", temperatures: [0, 1] },
    command: ["scripts/demo/step1.ts", "{run}"],
    environment,
    clock: tickingClock(),
    ...more,
  };
}

/** A finished two-stage run in memory. */
export async function finishedRun<D extends Disk = MemoryDisk>(
  root: D = memoryDisk() as Disk as D,
  run = "r1",
  more: Partial<StageOptions> = {},
): Promise<D> {
  await makeStage({ ...options(root, { run }), ...more });
  const { parent } = await requireStage(root, { study: "demo", run, stage: "step1" }, "step1.ts");
  const step2 = options(root, { run, stage: "step2", parents: [parent], clock: tickingClock(Date.UTC(2026, 10, 2)) });
  await makeStage({ ...step2, ...more, stage: "step2", command: ["scripts/demo/step2.ts", "{run}"] });
  return root;
}

export async function makeStage(given: StageOptions, text = '{"n":1}\n'): Promise<Stage> {
  await using stage = await openStage(given);
  await given.root.write(stage.path("rows.jsonl"), text);
  await stage.finish({
    outputs: ["rows.jsonl"],
    metrics,
    counts: { done: 2 },
    models: [{ requested: "a", returned: ["a-2026"], fingerprints: [] }],
  });
  return stage;
}
