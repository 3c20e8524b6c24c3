import { StudyError } from "corrigenda/error";
import { type Json, type JsonObject, parseJson } from "corrigenda/json";
import { restorePolicy } from "./policy-create.ts";
import type { Summary } from "./summary.ts";
import type { Policy, TraceRecord } from "./types.ts";

/** The folder of the source's files; the default lies in the run's own folder. Source: R4.42. */
export const LOG_DIR = "pipeline_logs";
/** The source's final_policy.pkl. Source: R4.48. */
export const FINAL_POLICY = "final_policy.json";

/** "traces_20240110.jsonl": the file of a trace's day. Source: R4.46. */
export function tracesFile({ created_at }: Pick<TraceRecord, "created_at">): string {
  return `traces_${created_at.slice(0, 10).replaceAll("-", "")}.jsonl`;
}

/** "summary_20240110_143022.json"; "summary_none.json" for a run without a trace. Source: R4.47. */
export function summaryFile({ completed_at }: Pick<Summary, "completed_at">): string {
  const [day = "", time = ""] = completed_at.replace(/[-:Z]/g, "").split("T");
  return day === "" ? "summary_none.json" : `summary_${day}_${time}.json`;
}

/** A policy as final_policy.json and policy.json.gz keep it: its state, and what its rewards were. Source: R4.48, R4.66. */
export function policyFile(policy: Policy, learnt: Pick<TraceRecord, "provider" | "feedback">): string {
  const { provider, feedback } = learnt;
  return `${JSON.stringify({ ...(policy.state() as JsonObject), provider, feedback })}\n`;
}

/** Reads such a file; `provider`: whose answers it learnt from, where that is said. Throws StudyError "config". */
export function readPolicyFile(text: string, where: string): { readonly policy: Policy; readonly provider: Json } {
  const file = parseJson(text);
  if (typeof file !== "object" || file === null || Array.isArray(file))
    throw new StudyError(
      "config",
      `${where} is no policy; give a final_policy.json or policy.json.gz of an earlier run`,
    );
  const { provider = null, feedback, ...state } = file as JsonObject;
  return { policy: restorePolicy(state), provider };
}

/**
 * A day's file with a run's lines in it: those of other runs stay, and lines that are there already are not added again.
 * @param ours one run's lines of that day
 */
export async function* withLines(
  before: AsyncIterable<string>,
  ours: () => AsyncIterable<string>,
): AsyncGenerator<string> {
  const { first, last } = await ends(ours());
  const seen = { first: first === undefined, last: last === undefined };
  for await (const line of before) {
    seen.first ||= line === first;
    seen.last ||= seen.first && line === last;
    yield line;
  }
  if (!seen.first || !seen.last) yield* ours();
}

async function ends(lines: AsyncIterable<string>): Promise<{ first: string | undefined; last: string | undefined }> {
  let [first, last] = [undefined as string | undefined, undefined as string | undefined];
  for await (const line of lines) [first, last] = [first ?? line, line];
  return { first, last };
}
