import { StudyError } from "corrigenda/error";
import type { Clock } from "corrigenda/time";
import { packBatch } from "./batch.ts";
import type { Executor, ExecutorOptions, StateSource } from "./executor.ts";
import { type OrtDevice, openOrt } from "./ort.ts";
import { openRef } from "./ref.ts";
import { openTfjs, type TfjsBackend } from "./tfjs.ts";
import { initialWeights } from "./weights.ts";

/** What can run the step, and where. */
export const ENGINES = {
  ort: ["cpu", "webgpu", "cuda"],
  tfjs: ["cpu", "tensorflow", "webgpu"],
  ref: ["cpu"],
} as const satisfies Record<string, readonly (OrtDevice["device"] | TfjsBackend)[]>;

/** An engine by its name, as flags give it. */
export interface EnginePlace {
  readonly engine: keyof typeof ENGINES;
  readonly device: (typeof ENGINES)[keyof typeof ENGINES][number];
  /** Of the processor; ort alone takes it. */
  readonly threads?: number | undefined;
  /** Of products; "fp32" where absent. */
  readonly precision?: (typeof PRECISIONS)[number] | undefined;
}

/** Precisions that can be asked for. */
export const PRECISIONS = ["fp32", "fp16", "bf16"] as const;

/** Throws StudyError "config", in one line, for a device that an engine does not have or a precision that it cannot compute in. */
export function checkPlace({ engine, device, precision = "fp32" }: EnginePlace): void {
  const devices: readonly string[] = ENGINES[engine];
  if (!devices.includes(device))
    throw new StudyError(
      "config",
      `the engine ${engine} runs on ${devices.join(", ")}, not on ${device}; choose one of them`,
    );
  if (precision !== "fp32")
    throw new StudyError(
      "config",
      `${engine} on ${device} trains in fp32 alone, and so does every other engine here; leave --precision ${precision} out`,
    );
}

/** Opens an engine on a device. Throws StudyError "config", in one line, where it has no such device or it is not here. */
export async function openEngine(place: EnginePlace, options: ExecutorOptions, from: StateSource): Promise<Executor> {
  checkPlace(place);
  const { engine, device, threads } = place;
  if (engine === "ref") return openRef(options, from);
  if (engine === "tfjs") return openTfjs(options, device as TfjsBackend, from);
  return openOrt(
    options,
    { device: device as OrtDevice["device"], ...(threads === undefined ? {} : { threads }) },
    from,
  );
}

/** Small enough for the slowest engine to make a step in a second. */
const MODEL = { vocab: 512, context: 64, width: 64, layers: 2, heads: 2 };
const [EXAMPLES, LENGTH] = [2, 64];

/** Tokens a second of a small model, after a first step that does not count. @param ms how long to measure */
export async function measureSpeed(place: EnginePlace, clock: Pick<Clock, "now">, ms = 1000): Promise<number> {
  const options = { model: MODEL, chunks: 1, dropout: 0, seed: 1, clip: 1 };
  const executor = await openEngine(place, options, initialWeights(MODEL, 1).tensor);
  try {
    const tokens = Array.from({ length: LENGTH }, (_, at) => (at * at) % MODEL.vocab);
    const example = { tokens, kinds: tokens.map(() => 1) };
    const batch = packBatch(Array(EXAMPLES).fill(example), { ...MODEL, means: [[1]] });
    const step = (at: number) => executor.step([batch], { step: at, rate: 1e-4, weightDecay: 0 });
    await step(1);
    const start = clock.now();
    let steps = 0;
    do await step(++steps + 1);
    while (clock.now() - start < ms);
    return (steps * EXAMPLES * LENGTH * 1000) / Math.max(1, clock.now() - start);
  } finally {
    await executor.dispose();
  }
}
