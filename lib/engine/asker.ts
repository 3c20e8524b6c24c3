import { type Declaration, isRemote, mayLeave } from "corrigenda/dataset";
import { type Disk, nodeDisk } from "corrigenda/files";
import type { Json } from "corrigenda/json";
import type { Environment, Outcome, Prompt, Simulator } from "corrigenda/provider";
import type { Metrics } from "corrigenda/results";
import { type Clock, realClock } from "corrigenda/time";
import { askStages } from "./ask.ts";
import type { OutputTokens } from "./estimate.ts";
import { azureTrouble } from "./fallback.ts";
import { type ProviderFlags, providerSettings, recordedSettings } from "./flags.ts";
import { mockStage } from "./mock.ts";
import type { StageEnd, StageSpec } from "./stages.ts";
import { openWorkplace, type ProviderSettings, readingProvider, type WorkplaceOptions } from "./workplace.ts";

export interface AskerOptions extends Omit<WorkplaceOptions, "provider" | "simulators" | "clock"> {
  readonly flags: ProviderFlags & {
    readonly maxCost?: number | undefined;
    readonly redact: boolean;
    readonly timeoutMs: number;
  };
  /** Who answers where no flag says so. */
  readonly usual: ProviderSettings["name"];
  /** The simulator answers in this process. */
  readonly mock: boolean;
  readonly simulator: Simulator;
  readonly dataset: Declaration;
  readonly env: Environment;
}

export interface AskedRound<Row, Out> {
  readonly prompt: Prompt<Row, Out>;
  readonly rows: () => AsyncIterable<Row> | Iterable<Row>;
  readonly output: OutputTokens;
  /** The lines of `<stage>.jsonl`. */
  lines(outcomes: AsyncIterable<Outcome<Row, Out>>): AsyncIterable<string>;
  metrics(path: string): Promise<Metrics>;
}

/** Who answers a run's questions: a provider, or a simulator in this process. */
export interface Asker extends AsyncDisposable {
  readonly root: Disk;
  readonly clock: Clock;
  /** "offline" also for the simulator. */
  readonly provider: string;
  readonly isMock: boolean;
  /** Why the simulator stands in for Azure, where nobody asked for it. */
  readonly notice: string | undefined;
  /** For config.json. */
  readonly recorded: Json;
  /** Asks, waits, and writes the stage's table. A simulator has no requests' stage. */
  ask<Row, Out>(spec: StageSpec, round: AskedRound<Row, Out>): Promise<StageEnd>;
}

/** Opens the provider that the flags name. Azure without credentials, or out of reach, falls back to the simulator. */
export async function openAsker(options: AskerOptions): Promise<Asker> {
  const { flags, usual, env, around, dataset, iMaySend = false } = options;
  const { timeoutMs, maxCost: maxCostUsd, redact } = flags;
  const settings = { ...providerSettings({ name: usual }, flags), timeoutMs };
  const isAzure = settings.name === "azure" && !options.mock;
  const trouble = isAzure ? await azureTrouble(env, flags.baseUrl) : undefined;
  const root = nodeDisk(around.disk.resolve(options.results));
  if (options.mock || trouble !== undefined) return mockAsker(root, options, trouble);
  const refusal = mayLeave(dataset, isRemote(readingProvider(settings, env)), iMaySend);
  if (refusal) throw refusal;
  const place = await openWorkplace({ ...options, provider: settings, simulators: [options.simulator] });
  const guard = { dataset, iMaySend, redact };
  return {
    ...{ root, clock: place.clock, provider: place.provider.name, isMock: false, notice: undefined },
    recorded: recordedSettings(settings, place.provider.base),
    ask: (spec, { prompt, rows, output, lines, metrics }) =>
      askStages(
        place,
        spec,
        { prompt, rows, output, guard, maxCostUsd },
        { submit: `${spec.stage}-requests`, collect: spec.stage, once: false, lines, metrics },
      ),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  };
}

function mockAsker(root: Disk, { simulator, around: { signal } }: AskerOptions, notice: string | undefined): Asker {
  const clock = realClock;
  return {
    ...{ root, clock, provider: "offline", isMock: true, notice, recorded: { name: "offline", mock: true } },
    ask: (spec, { prompt, rows, lines }) =>
      mockStage({ root, clock }, spec, { prompt, rows, simulator, signal }, lines),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
