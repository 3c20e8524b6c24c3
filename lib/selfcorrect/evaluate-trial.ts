import type { ModelReply } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { mean, standardDeviation } from "corrigenda/stats";
import { ruleClassifier } from "./classify-rules.ts";
import { contextIndex } from "./context.ts";
import { attemptOf, firstAttemptOf, netOf } from "./evaluate-attempts.ts";
import { rightByTurn } from "./metrics-tally.ts";
import { createPolicy, frozenPolicy } from "./policy-create.ts";
import { certain } from "./policy-draws.ts";
import { scoringOf } from "./score.ts";
import { levelOf, simulatedAsk, simulateSelfcorrect } from "./simulate-model.ts";
import { cellFor, type Preset } from "./simulate-presets.ts";
import { actionsOf } from "./templates.ts";
import { openTraces } from "./trace-loop.ts";
import { observationsOf } from "./trace-one.ts";
import type { Ask, TraceOptions } from "./trace-types.ts";
import { NONE, type Policy, type Question, type Template, type TraceRecord } from "./types.ts";

export interface PolicyTrialOptions {
  readonly preset: Preset;
  /** Which of the preset's cells answers. */
  readonly dataset: string;
  readonly templates: readonly Template[];
  readonly algorithm: string;
  /** Traces that the policy learns from, and traces that it is judged on. */
  readonly training: number;
  readonly fresh: number;
  readonly lambda: number;
  readonly maxTurns: number;
  readonly seed: number;
}

/** A mean over questions, and its standard error. */
export interface Gain {
  readonly value: number;
  readonly error: number;
}

/** What was gained over never asking again, on the same fresh questions. */
export interface PolicyTrial {
  /** Share of right first answers. */
  readonly never: number;
  /** Of accuracy, by the policy that learned and was then frozen. */
  readonly accuracy: Gain;
  /** Of accuracy less tokens: what policies are after. */
  readonly net: Gain;
  /** The same of the oracle arm: in each context the action whose true mean reward is largest. */
  readonly oracleAccuracy: Gain;
  readonly oracleNet: Gain;
  /** Answers per fresh question. */
  readonly answers: number;
}

/**
 * A policy learns in a simulated world, is frozen, and is compared with never asking again and with the oracle arm. In this
 * process; a token is taken to be four characters.
 */
export async function policyTrial(options: PolicyTrialOptions): Promise<PolicyTrial> {
  const world = worldOf(options);
  const { algorithm, templates, lambda, training, fresh } = options;
  const start = createPolicy(algorithm, { actions: [...actionsOf(templates)], lambda });
  const { policy: learnt } = await walk(world, options, start, { part: "training", n: training, learns: true });
  const frozen = await walk(world, options, frozenPolicy(learnt), { part: "fresh", n: fresh, learns: false });
  const oracle = await walk(world, options, await oracleArm(world, options), {
    part: "fresh",
    n: fresh,
    learns: false,
  });
  const gain = (traces: readonly TraceRecord[], weight: number): Gain => {
    const each = traces.map((trace) => netOf(attemptOf(trace), weight) - netOf(firstAttemptOf(trace), weight));
    return { value: mean(each), error: standardDeviation(each) / Math.sqrt(each.length) };
  };
  return {
    never: mean(frozen.traces.map((trace) => Number(firstAttemptOf(trace).right))),
    ...{ accuracy: gain(frozen.traces, 0), net: gain(frozen.traces, lambda) },
    ...{ oracleAccuracy: gain(oracle.traces, 0), oracleNet: gain(oracle.traces, lambda) },
    answers: mean(frozen.traces.map(({ total_turns }) => total_turns)),
  };
}

interface World {
  readonly ask: Ask;
  /** The true mean change in correctness, by action, of asking again. */
  changes(question: string, right: boolean): readonly number[];
}

function worldOf({ preset, dataset, templates }: PolicyTrialOptions): World {
  const say = simulatedAsk(simulateSelfcorrect({ preset, dataset, templates, references: () => undefined }));
  const cell = cellFor(preset, dataset);
  const rates = cell.map((level) => templates.map((template) => level.rates(template)));
  return {
    ask: async (request) => ({ ok: true, reply: replyOf(request.messages, say(request) ?? "") }),
    changes: (question, right) => {
      const own = rates[levelOf(cell, question)] ?? [];
      return [0, ...own.map(({ ecr, eir }) => (right ? -eir : ecr))];
    },
  };
}

function replyOf(messages: readonly { readonly content: string }[], text: string): ModelReply {
  const input = Math.ceil(messages.reduce((sum, { content }) => sum + content.length, 0) / 4);
  const usage = { input, cached: 0, cacheWrite: 0, output: Math.ceil(text.length / 4), reasoning: 0 };
  return { text, model: "simulated", finish: "stop", usage };
}

interface Part {
  readonly part: string;
  readonly n: number;
  readonly learns: boolean;
}

/** The source's rule of updates is after each trace; 128 may be under way. */
const LAG = 128;

async function walk(
  { ask }: World,
  { templates, lambda, maxTurns, seed }: PolicyTrialOptions,
  policy: Policy,
  { part, n, learns }: Part,
): Promise<{ readonly traces: readonly TraceRecord[]; readonly policy: Policy }> {
  const scoring = scoringOf("mock");
  const options: TraceOptions = {
    ...{ dataset: "mock", provider: "offline", model: { model: "simulated", maxOutputTokens: 512 }, scoring },
    ...{ classifier: ruleClassifier(scoring), templates, feedback: "classifier", maxTurns, lambda, seed },
    ...{ repetition: 0, stamp: () => 0, ask, policy, learns, lag: LAG, concurrency: 16, updateEvery: 1 },
  };
  const loop = openTraces(options);
  const traces: TraceRecord[] = [];
  for await (const outcome of loop.outcomes(sums(seed, part, n))) {
    if (!outcome.ok) throw new RangeError(`a simulated question failed: ${outcome.failure.reason}`);
    if (!learns) traces.push(outcome.trace);
  }
  return { traces, policy: loop.policy() };
}

/** Few texts come twice, so that each question draws its own difficulty. */
function* sums(seed: number, part: string, n: number) {
  for (let at = 0; at < n; at++) {
    const rng = keyedRng(seed, part, at);
    const [a, b] = [1_000 + rng.int(9_000), 1_000 + rng.int(9_000)];
    const row: Question = { id: `${part}-${at}`, question: `What is ${a} + ${b}?`, reference_answer: `${a + b}` };
    yield { ok: true as const, row, place: row.id };
  }
}

/** Contexts are met first by chance, then as the oracle's own actions lead to them. */
const ROUNDS = ["random", "oracle 1", "oracle 2"] as const;
const VISITS = 2_000;

/**
 * The policy that knows the simulated model: for each context the mean, over its visits, of what each action would truly
 * earn there. It knows no single answer's correctness: two visits of one context get the same action.
 */
async function oracleArm(world: World, options: PolicyTrialOptions): Promise<Policy> {
  const actions = actionsOf(options.templates);
  let policy: Policy = createPolicy("random", { actions: [...actions] });
  const tokens = new Map<string, { sum: number; n: number }>();
  for (const part of ROUNDS) {
    const table = new Map<number, number[]>();
    const { traces } = await walk(world, options, policy, { part, n: VISITS, learns: false });
    for (const trace of traces) countTokens(tokens, trace);
    const costs = actions.map((action) => meanOf(tokens.get(action)) * options.lambda);
    for (const trace of traces) {
      const right = rightByTurn(trace);
      for (const [at, { context }] of observationsOf(trace).entries()) {
        const own = table.get(contextIndex(context)) ?? actions.map(() => 0);
        const changes = world.changes(trace.turns[0]?.question ?? "", right[at] === true);
        table.set(
          contextIndex(context),
          own.map((sum, place) => sum + (changes[place] ?? 0) - (costs[place] ?? 0)),
        );
      }
    }
    policy = tablePolicy(actions, table);
  }
  return policy;
}

function countTokens(tokens: Map<string, { sum: number; n: number }>, { turns }: TraceRecord): void {
  for (const { prompt_id, token_count } of turns) {
    if (prompt_id === null) continue;
    const { sum, n } = tokens.get(prompt_id) ?? { sum: 0, n: 0 };
    tokens.set(prompt_id, { sum: sum + token_count, n: n + 1 });
  }
}

function meanOf(found: { readonly sum: number; readonly n: number } | undefined): number {
  return found ? found.sum / found.n : 0;
}

/** Always the action with the largest sum in its context; NONE where nothing is above 0, and where nobody has been. */
function tablePolicy(actions: readonly string[], table: ReadonlyMap<number, readonly number[]>): Policy {
  const place = (context: Parameters<Policy["choose"]>[0]): number => {
    const sums = table.get(contextIndex(context)) ?? [];
    return sums.reduce((best, sum, at) => (sum > (sums[best] ?? 0) ? at : best), actions.indexOf(NONE));
  };
  const policy: Policy = {
    ...{ algorithm: "oracle arm", version: 0 },
    choose: (context) => {
      const action = actions[place(context)] ?? NONE;
      return { action, propensity: 1, from: "exact", explored: false, candidates: actions };
    },
    propensities: (context) => certain(place(context), actions.length),
    after: () => policy,
    state: () => ({}),
    stats: () => ({ algorithm: "oracle arm" }),
  };
  return policy;
}
