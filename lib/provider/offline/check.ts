import { lineBlocks } from "corrigenda/files";
import { type Json, type JsonObject, parseJson } from "corrigenda/json";
import { billKey, type Endpoint, inputTokens } from "./answer.ts";
import type { Context } from "./context.ts";
import { isObject } from "./schema.ts";
import { memberBytes } from "./span.ts";
import type { BatchProblem, BatchRecord } from "./state.ts";
import type { Wire } from "./wire.ts";

const MOST_REQUESTS: Readonly<Record<Wire, number>> = { openai: 50_000, azure: 100_000, anthropic: 100_000 };
const MOST_PROBLEMS = 50;

/** What validation found in a batch's input. */
export interface Check {
  readonly total: number;
  readonly tokens: number;
  readonly model: string;
  readonly problems: readonly BatchProblem[];
  /** Keys of all requests; gathered only where faults are on. */
  readonly keys: readonly string[];
}

/** The paths that mean the same: Azure leaves "/v1" out. */
export function fullEndpoint(url: string): Endpoint {
  return (url.startsWith("/v1/") ? url : `/v1${url}`) as Endpoint; // whoever creates a batch checks the endpoint
}

/** Reads the whole input of an OpenAI or Azure batch, line by line. */
export async function checkInput(context: Context, batch: BatchRecord): Promise<Check> {
  const problems: BatchProblem[] = [];
  const keys: string[] = [];
  const seen = new Set<string>();
  const endpoint = fullEndpoint(batch.endpoint);
  let [line, total, tokens, model] = [0, 0, 0, ""];
  for await (const block of lineBlocks(context.disk.read(batch.input.path))) {
    for (const bytes of block) {
      line += 1;
      if (isBlank(bytes)) continue;
      total += 1;
      const value = parseJson(bytes.toString("utf8"));
      const problem = lineProblem(value, { batch, seen, model });
      if (problem && problems.length < MOST_PROBLEMS) problems.push({ ...problem, line });
      if (problem || !isObject(value) || !isObject(value.body)) continue;
      seen.add(String(value.custom_id));
      model ||= String(value.body.model);
      tokens += inputTokens(endpoint, value.body);
      if (context.faults.on) keys.push(billKey(endpoint, memberBytes(bytes, "body") ?? bytes));
    }
  }
  const most = MOST_REQUESTS[batch.wire];
  if (total === 0) problems.push(whole("empty_file", "The input file is empty."));
  if (total > most) problems.push(whole("too_many_tasks", `The input file has ${total} requests; at most ${most}.`));
  return { total, tokens, model, problems, keys };
}

export function isBlank(line: Buffer): boolean {
  return line.length < 64 && line.toString("latin1").trim() === "";
}

/** A problem of the batch as a whole. */
export function whole(code: string, message: string): BatchProblem {
  return { code, message, line: null, param: null };
}

interface Seen {
  readonly batch: BatchRecord;
  readonly seen: ReadonlySet<string>;
  readonly model: string;
}

function lineProblem(value: Json | undefined, sofar: Seen): Omit<BatchProblem, "line"> | undefined {
  if (!isObject(value)) return problem("invalid_json_line", "This line is not parseable as valid JSON.");
  if (typeof value.custom_id !== "string" || value.custom_id === "") {
    return problem("missing_required_parameter", "Missing required parameter: 'custom_id'.", "custom_id");
  }
  if (sofar.seen.has(value.custom_id)) {
    const sentence =
      "The custom_id for this request is a duplicate of another request. Each must be unique in a batch.";
    return problem("duplicate_custom_id", sentence, "custom_id");
  }
  if (value.method !== "POST") return problem("invalid_method", "Only POST is supported.", "method");
  if (typeof value.url !== "string" || fullEndpoint(value.url) !== fullEndpoint(sofar.batch.endpoint)) {
    const sentence = "The URL provided for this request does not match the batch endpoint.";
    return problem("url_mismatch", sentence, "url");
  }
  if (!isObject(value.body)) return problem("invalid_request", "Missing required parameter: 'body'.", "body");
  return modelProblem(value.body, sofar.model);
}

function modelProblem(body: JsonObject, model: string): Omit<BatchProblem, "line"> | undefined {
  if (typeof body.model !== "string" || body.model === "") {
    return problem("model_not_found", "You must provide a model parameter.", "body.model");
  }
  if (model === "" || body.model === model) return undefined;
  return problem(
    "model_mismatch",
    "The model of this request differs from the model of the lines above.",
    "body.model",
  );
}

function problem(code: string, message: string, param: string | null = null): Omit<BatchProblem, "line"> {
  return { code, message, param };
}
