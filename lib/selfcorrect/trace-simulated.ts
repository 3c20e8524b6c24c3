import { ruleClassifier } from "./classify-rules.ts";
import { mockRows } from "./collect-parts.ts";
import { createPolicy } from "./policy-create.ts";
import { scoringOf } from "./score.ts";
import { simulatedAsk, simulateSelfcorrect } from "./simulate-model.ts";
import { PRESETS, type PresetName } from "./simulate-presets.ts";
import { actionsOf, ownTemplates } from "./templates.ts";
import { openTraces } from "./trace-loop.ts";
import type { Ask, TraceOptions, TraceOutcome } from "./trace-types.ts";
import type { Classifier } from "./types.ts";

/** Traces that need no service: mock questions, and a simulated model in this process. */
export interface SimulatedRun {
  /** Questions. [0, inf) */
  readonly n: number;
  /** One of ALGORITHMS. */
  readonly algorithm: string;
  /** Default: the rules. */
  readonly classifier?: Classifier;
  /** Who answers; default: simulatedModel. */
  readonly ask?: Ask;
  /** Of questions and policy. Default 1. */
  readonly seed?: number;
  readonly options?: Partial<Pick<TraceOptions, "lag" | "concurrency" | "updateEvery" | "maxTurns" | "model">>;
}

/** The same bytes for the same arguments: nothing takes time or chance from the machine. */
export async function* simulatedTraces({ n, algorithm, seed = 1, ...run }: SimulatedRun): AsyncGenerator<TraceOutcome> {
  const [templates, scoring] = [ownTemplates(), scoringOf("mock")];
  const { classifier = ruleClassifier(scoring), ask = simulatedModel("learnable"), options } = run;
  const loop = openTraces({
    ...{ dataset: "mock", provider: "offline", model: { model: "simulated" }, scoring, classifier, templates, ask },
    ...{ feedback: "classifier", maxTurns: 5, lambda: 0.001, seed, repetition: 0, learns: true, updateEvery: 100 },
    ...{ lag: 128, concurrency: 16, stamp: (index: number, turn: number) => 10 * index + turn },
    policy: createPolicy(algorithm, { actions: [...actionsOf(templates)] }),
    ...options,
  });
  yield* loop.outcomes(mockRows(n, seed));
}

/** Answers mock questions as a preset says. Tokens are counted as a quarter of the characters. */
export function simulatedModel(name: PresetName): Ask {
  const simulator = simulateSelfcorrect({
    ...{ preset: PRESETS[name], templates: ownTemplates(), references: () => undefined },
  });
  const say = simulatedAsk(simulator);
  return async (request) => {
    const text = say({ temperature: 1, ...request }) ?? "";
    const chars = request.messages.reduce((sum, { content }) => sum + content.length, 0);
    const usage = { input: chars >> 2, cached: 0, cacheWrite: 0, output: text.length >> 2, reasoning: 0 };
    return { ok: true, reply: { text, model: request.model, finish: "stop", usage } };
  };
}
