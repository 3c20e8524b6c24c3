import type { Disk } from "corrigenda/files";
import type { Clock } from "corrigenda/time";
import type { Executor, ExecutorOptions, StateSource } from "./executor.ts";
import type { Schedule } from "./schedule.ts";
import type { Documents } from "./score.ts";
import type { Weights } from "./weights.ts";

/** All that decides what a run computes: two runs of one plan on the same documents make the same files. */
export interface TrainPlan {
  readonly seed: number;
  readonly steps: number;
  /** Documents in a batch, and batches whose gradients are added up for one step. */
  readonly batch: number;
  readonly accumulate: number;
  /** Longest example: with the batch it bounds the memory of a step. */
  readonly length: number;
  readonly schedule: Schedule;
  readonly weightDecay: number;
  readonly clip: number;
  readonly dropout: number;
  /** See `PackOptions`. */
  readonly means: readonly (readonly number[])[];
  /** Kinds that are scored on the validation documents, and those whose mean decides which step is best. */
  readonly kinds: readonly number[];
  readonly watched: readonly number[];
  /** Evaluates and saves after so many steps, or seconds; with either it also does so at the end. */
  readonly evaluateSteps?: number | undefined;
  readonly evaluateSeconds?: number | undefined;
  /** Ends after so many evaluations without a lower loss. */
  readonly patience?: number | undefined;
}

/** What a run works with. */
export interface TrainWork {
  readonly disk: Disk;
  /** One for each model: last.safetensors, best/, metrics.jsonl, tensorboard/, time.json. */
  readonly folder: string;
  readonly training: Documents;
  readonly validation: Documents;
  /** Where the run starts when there is no checkpoint. */
  readonly weights: Weights;
  open(options: ExecutorOptions, from: StateSource): Promise<Executor>;
  readonly clock: Pick<Clock, "now">;
  on?(event: TrainEvent): void;
  /** Saves and ends with StudyError "stopped". */
  readonly signal?: AbortSignal | undefined;
}

/** What can be shown while a run works. */
export type TrainEvent =
  | { readonly kind: "start"; readonly step: number; readonly executor: string }
  | {
      readonly kind: "step";
      readonly step: number;
      readonly steps: number;
      readonly loss: number;
      readonly tokensPerSecond: number;
      /** Milliseconds to the last step, at the mean speed since the start. */
      readonly leftMs: number;
    }
  | { readonly kind: "evaluation"; readonly step: number; readonly loss: number; readonly best: boolean }
  | { readonly kind: "skipped"; readonly step: number };
