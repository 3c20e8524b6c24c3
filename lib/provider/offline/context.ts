import type { Disk } from "corrigenda/files";
import type { Simulator } from "corrigenda/provider";
import type { Clock } from "corrigenda/time";
import type { Faults } from "./faults.ts";
import type { Pace } from "./life.ts";
import type { DurableLog } from "./log.ts";
import type { Meter } from "./meter.ts";
import type { State } from "./state.ts";

/** What every part of a running service shares. */
export interface Context {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly simulators: readonly Simulator[];
  readonly pace: Pace;
  readonly faults: Faults;
  readonly state: State;
  readonly bill: DurableLog;
  readonly meter: Meter;
  /** Input tokens that the open batches of one model may hold together. */
  readonly enqueuedTokens: number;
  /** Why the service can do no more (its disk failed): then it answers nothing but that. */
  readonly health: { broken?: string };
  /** Aborted when the service closes. */
  readonly closing: AbortSignal;
}
