import { StudyError } from "corrigenda/error";
import type { Json, JsonObject } from "corrigenda/json";
import { attemptOf, firstAttemptOf, type PolicyAttempts } from "./evaluate-attempts.ts";
import { NEVER } from "./evaluate-result.ts";
import { type LineDisk, readTraces, TRACES } from "./trace-files.ts";
import type { Feedback } from "./types.ts";

/** A finished run of collect. */
export interface CollectedRun {
  readonly run: string;
  /** As its stage recorded it. */
  readonly config: JsonObject;
}

/** Runs that differ in nothing but their repetition: one policy, several attempts at each question. */
export interface RunGroup {
  readonly policy: string;
  readonly runs: readonly CollectedRun[];
}

/** What has to be the same for a comparison to mean anything. */
const SHARED = ["source", "model", "temperature", "maxTokens", "provider", "preset", "feedback", "lambda"] as const;

/**
 * Runs by the policy that made them, the first run's first. Throws StudyError "config" where they were asked differently:
 * figures of other questions, models or feedback are not compared.
 */
export function runGroups(runs: readonly CollectedRun[]): RunGroup[] {
  const [first, ...rest] = runs;
  for (const { run, config } of rest)
    for (const key of SHARED) {
      const [a, b] = [first?.config[key] ?? null, config[key] ?? null].map((value) => JSON.stringify(value));
      if (a !== b)
        throw new StudyError(
          "config",
          `${first?.run} and ${run} differ in ${key} (${a} and ${b}); compare runs that differ in their policy alone`,
        );
    }
  const groups = new Map<string, CollectedRun[]>();
  for (const run of runs) {
    const { repetition: _, ...config } = run.config;
    const key = JSON.stringify(config);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const named = [...groups.values()].map((own) => ({ policy: textOf(own[0]?.config.algorithm), runs: own }));
  return named.map((group, at) => {
    const isTaken = named.slice(0, at).some(({ policy }) => policy === group.policy);
    return isTaken ? { ...group, policy: `${group.policy}, ${group.runs[0]?.run}` } : group;
  });
}

/** Attempts of collected traces, and those of never asking again: their first answers. */
export interface RunAttempts {
  readonly policies: readonly PolicyAttempts[];
  readonly never: PolicyAttempts;
  /** Tokens of the first policy, in units of a first answer's. */
  readonly samples: number;
  /** Answers in all traces. */
  readonly answers: number;
}

/** Reads every run's traces once. @param lines results/ */
export async function runAttempts(groups: readonly RunGroup[], lines: LineDisk): Promise<RunAttempts> {
  const feedback = textOf(groups[0]?.runs[0]?.config.feedback) as Feedback;
  const about = { kind: "run" as const, feedback, knowsReference: feedback === "oracle" };
  const policies: PolicyAttempts[] = [];
  const never: PolicyAttempts["attempts"][number][] = [];
  const tokens = { all: 0, first: 0 };
  let answers = 0;
  for (const [at, { policy, runs }] of groups.entries()) {
    const attempts = [];
    for (const { run } of runs)
      for await (const trace of readTraces(lines, `selfcorrect/${run}/traces/${TRACES}`)) {
        attempts.push(attemptOf(trace));
        answers += trace.total_turns;
        if (at > 0) continue;
        never.push(firstAttemptOf(trace));
        tokens.all += trace.total_tokens;
        tokens.first += trace.turns[0]?.token_count ?? 0;
      }
    policies.push({ ...about, policy, attempts });
  }
  const samples = Math.max(1, Math.round(tokens.all / Math.max(1, tokens.first)));
  const first = {
    ...about,
    policy: NEVER,
    kind: "baseline" as const,
    feedback: "none" as const,
    knowsReference: false,
  };
  return { policies, never: { ...first, attempts: never }, samples, answers };
}

/** The runs' repetitions, as collect's --repetition counts them. */
export function repetitionsOf({ runs }: RunGroup): number[] {
  return runs.map(({ config }) => Number(config.repetition ?? 0));
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

/** The lines of outcomes.jsonl: every attempt of every policy. */
export function* outcomeLines(policies: readonly PolicyAttempts[]): Generator<string> {
  for (const { policy, attempts } of policies)
    for (const attempt of attempts) yield JSON.stringify({ policy, ...attempt });
}
