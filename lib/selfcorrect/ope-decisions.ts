import { StudyError } from "corrigenda/error";
import { z } from "zod";
import { observationsOf } from "./trace-one.ts";
import { ERROR_MODES, type RtsContext, type TraceRecord } from "./types.ts";

/** A decision of a trace, with all that judging another policy by it needs. */
export interface LoggedDecision {
  readonly context: RtsContext;
  readonly key: string;
  readonly action: string;
  readonly candidates: readonly string[];
  /** (0, 1] */
  readonly propensity: number;
  readonly reward: number;
}

/** A trace's decisions in their order. */
export interface LoggedTrace {
  readonly question: string;
  readonly decisions: readonly LoggedDecision[];
}

export interface OpeLog {
  readonly traces: readonly LoggedTrace[];
  /** Who knew what: the same for all traces. */
  readonly feedback: TraceRecord["feedback"];
  /** "offline" for simulated answers. */
  readonly provider: string;
  /** Every action that could have been taken in some decision. */
  readonly actions: readonly string[];
}

const PolicyBlock = z.looseObject({
  context_key: z.string(),
  action: z.string(),
  candidates: z.array(z.string()).min(1),
  propensity: z.number().gt(0).max(1),
  reward: z.number(),
});
/** What is read of a line of traces.jsonl; a turn's policy is judged apart, so that its lack can be counted. */
const TraceLine = z.looseObject({
  question_id: z.string(),
  provider: z.string().default("unknown"),
  feedback: z.enum(["oracle", "none", "classifier"]).default("classifier"),
  turns: z
    .array(
      z.looseObject({
        turn_id: z.number().int().min(0),
        prompt_id: z.string().nullable(),
        error_mode: z.enum([...ERROR_MODES, "unknown"]),
        confidence_score: z.number().min(0).max(1),
        policy: z.unknown().optional(),
      }),
    )
    .min(1),
});
type TraceLine = z.infer<typeof TraceLine>;

/** A line of a file: its number from 1, and what it parses to; absent where it is not JSON. */
export interface ParsedLine {
  readonly line: number;
  readonly value?: unknown;
}

/**
 * Reads traces for off-policy evaluation. A last turn may lack its policy (nothing was to be decided), any other may not.
 * @param path for places such as "traces.jsonl:12"
 * @throws StudyError "dataset" where a line is no trace, where decisions lack propensities (how many, the first place),
 * where traces of different feedback are mixed, and where nothing was decided at all
 */
export async function readOpeLog(lines: AsyncIterable<ParsedLine>, path: string): Promise<OpeLog> {
  const traces: LoggedTrace[] = [];
  const lists = new Map<string, readonly string[]>();
  const feedback = new Map<TraceRecord["feedback"], string>();
  const providers = new Set<string>();
  const lacking = { count: 0, first: "" };
  let read = 0;
  for await (const { line: number, value } of lines) {
    const place = `${path}:${number}`;
    const line = traceLine(value, place);
    read += 1;
    providers.add(line.provider);
    if (!feedback.has(line.feedback)) feedback.set(line.feedback, place);
    const turn = firstWithout(line);
    if (turn === undefined) traces.push(loggedTrace(line, lists));
    else if (lacking.count++ === 0) lacking.first = `${place}, turn ${turn}`;
  }
  if (lacking.count > 0) throw withoutPropensities(lacking.count, read, lacking.first);
  if (lists.size === 0) throw withoutPropensities(read, read, "every trace");
  return {
    ...{ traces, feedback: oneFeedback(feedback), provider: [...providers].sort().join(", ") },
    actions: [...new Set([...lists.values()].flat())],
  };
}

function traceLine(value: unknown, place: string): TraceLine {
  const { data, error } = TraceLine.safeParse(value);
  if (data) return data;
  const [{ path, message } = { path: [], message: "not a trace" }] = error.issues;
  throw new StudyError("dataset", `${place} is no trace: ${path.join(".") || "the whole"}: ${message}`, {
    cause: error,
  });
}

/** The first turn whose decision cannot be used. */
function firstWithout({ turns }: TraceLine): number | undefined {
  const at = turns.findIndex(
    ({ policy }, place) =>
      !(policy === undefined && place === turns.length - 1) && !PolicyBlock.safeParse(policy).success,
  );
  return at < 0 ? undefined : at;
}

function withoutPropensities(count: number, of: number, first: string): StudyError {
  return new StudyError(
    "dataset",
    `${count} of ${of} traces have decisions without a propensity (first: ${first}); off-policy evaluation needs the ` +
      "policy block of every decision, as scripts/selfcorrect/collect.ts writes it",
    { facts: { count, of } },
  );
}

function loggedTrace(line: TraceLine, lists: Map<string, readonly string[]>): LoggedTrace {
  // What is read of a trace has been checked above.
  const observations = observationsOf(line as unknown as TraceRecord);
  const blocks = line.turns.flatMap(({ policy }) => (policy === undefined ? [] : [PolicyBlock.parse(policy)]));
  const decisions = observations.map(({ context, action, reward }, at): LoggedDecision => {
    const { context_key: key, candidates, propensity } = blocks[at] as z.infer<typeof PolicyBlock>;
    const joined = candidates.join("\n");
    const shared = lists.get(joined) ?? candidates;
    lists.set(joined, shared); // one list for all decisions: there are as many as turns
    return { context, key, action, candidates: shared, propensity, reward };
  });
  return { question: line.question_id, decisions };
}

function oneFeedback(found: ReadonlyMap<TraceRecord["feedback"], string>): TraceRecord["feedback"] {
  const [[feedback] = ["classifier"], other] = [...found] as [TraceRecord["feedback"], string][];
  if (other === undefined) return feedback as TraceRecord["feedback"];
  throw new StudyError(
    "dataset",
    `traces of feedback ${feedback} and, from ${other[1]} on, ${other[0]} are mixed; evaluate each kind by itself`,
  );
}
