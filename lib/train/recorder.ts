import type { Disk } from "corrigenda/files";
import type { Clock } from "corrigenda/time";
import { forgetAfter } from "./checkpoint.ts";
import { openEvents } from "./tensorboard.ts";

/** One line of metrics.jsonl: a training step. Losses in nats. */
export interface StepRecord {
  readonly step: number;
  /** This and the norm of the gradients, before clipping, are absent where they are no numbers: such a step changes nothing. */
  readonly loss?: number;
  readonly norm?: number;
  readonly rate: number;
  readonly tokens: number;
}

/** One line of metrics.jsonl: an evaluation after a step. */
export interface EvaluationRecord {
  readonly step: number;
  /** Mean over the kinds that are watched. */
  readonly validation: number;
  /** Mean of each kind of label, by its number. */
  readonly kinds: Readonly<Record<string, number>>;
}

/** Keeps metrics.jsonl, which holds the same lines however often the run was stopped, and TensorBoard's files. */
export interface Recorder {
  step(record: StepRecord, tokensPerSecond: number): Promise<void>;
  evaluation(record: EvaluationRecord): Promise<void>;
  /** What was recorded survives a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** @param after the step of the checkpoint that the run goes on from; what was recorded later is taken out */
export async function openRecorder(
  disk: Disk,
  folder: string,
  after: number,
  clock: Pick<Clock, "now">,
): Promise<Recorder> {
  const path = `${folder}/metrics.jsonl`;
  await forgetAfter(disk, path, after);
  const lines = await disk.append(path);
  const events = await openEvents(disk, `${folder}/tensorboard`, after + 1, clock.now() / 1000);
  const write = (record: object): Promise<void> => lines.write(`${JSON.stringify(record)}\n`);
  return {
    step: async (record, tokensPerSecond) => {
      const { step, loss, norm, rate } = record;
      await write(record);
      const values = { "train/rate": rate, "train/tokens_per_second": tokensPerSecond };
      const known = loss === undefined || norm === undefined ? {} : { "train/loss": loss, "train/norm": norm };
      await events.scalars(step, clock.now() / 1000, { ...known, ...values });
    },
    evaluation: async (record) => {
      await write(record);
      const kinds = Object.entries(record.kinds).map(([kind, loss]) => [`validation/kind_${kind}`, loss] as const);
      const values = { "validation/loss": record.validation, ...Object.fromEntries(kinds) };
      await events.scalars(record.step, clock.now() / 1000, values);
    },
    sync: () => lines.sync(),
    close: async () => {
      await lines.close();
      await events.close();
    },
  };
}
