import { type Json, type JsonObject, parseJson } from "corrigenda/json";
import type { Tokenizer } from "corrigenda/text";
import { isBand, overallOf } from "./bands.ts";
import { CRITERIA, type PerCriterion } from "./criteria.ts";
import type { Target } from "./finetune-line.ts";
import { SCHEMAS, schemaProblems } from "./schema.ts";

/** What a service asks of a training file. */
export interface FileRules {
  readonly target: Target;
  /** Of the model that is tuned. */
  readonly contextTokens: number;
  /** The file trains: it needs ten examples. */
  readonly trains: boolean;
}

/** Limits of both services. @see facts of the two services' fine-tuning guides, docs/ielts.md */
export const LIMITS = { bytes: 512 * 2 ** 20, leastExamples: 10, advisedExamples: 50 } as const;

export interface FileProblem {
  /** From 1; 0 for the file as a whole. */
  readonly line: number;
  readonly what: string;
}

/** What was found in a file. */
export interface FileCheck {
  readonly examples: number;
  readonly bytes: number;
  /** Counted in the model's encoding, chat frame included. */
  readonly tokens: number;
  readonly mostTokens: number;
  /** What the service would refuse, and what is against score_response.v1. The first hundred; `problemCount` counts all. */
  readonly problems: readonly FileProblem[];
  readonly problemCount: number;
  readonly advice: readonly string[];
}

/** 3 tokens and the role for each message, 3 for the reply. */
const FRAME = 3 * 4 + 3;
const KEPT = 100;
const ROLES = ["system", "user", "assistant"];
const MARK = "\uFEFF";

/** Checks every line. @param lines without line ends, the first with its byte order mark */
export async function checkFile(
  lines: AsyncIterable<string>,
  { target, contextTokens, trains }: FileRules,
  tokenizer: Tokenizer,
): Promise<FileCheck> {
  const problems: FileProblem[] = [];
  const sum = { line: 0, bytes: 0, tokens: 0, most: 0, examples: 0, found: 0 };
  const say = (line: number, what: string): void => {
    sum.found += 1;
    if (problems.length < KEPT) problems.push({ line, what });
  };
  const count = counter(tokenizer);
  for await (const text of lines) {
    sum.line += 1;
    sum.bytes += Buffer.byteLength(text) + 1;
    const hasMark = text.startsWith(MARK);
    if (sum.line === 1 && hasMark !== (target === "azure"))
      say(
        0,
        target === "azure"
          ? "has no byte order mark, which Azure asks for"
          : "has a byte order mark, which OpenAI refuses",
      );
    const bare = hasMark && sum.line === 1 ? text.slice(1) : text;
    if (bare.trim() === "") {
      say(sum.line, "is empty");
      continue;
    }
    sum.examples += 1;
    const { contents, found } = lineProblems(bare);
    for (const what of found) say(sum.line, what);
    const tokens = contents.reduce((all, one) => all + count(one), FRAME);
    sum.tokens += tokens;
    sum.most = Math.max(sum.most, tokens);
    if (tokens > contextTokens) say(sum.line, `has ${tokens} tokens, the model takes ${contextTokens}`);
  }
  if (sum.bytes >= LIMITS.bytes) say(0, `has ${sum.bytes} bytes, both services take less than ${LIMITS.bytes}`);
  if (trains && sum.examples < LIMITS.leastExamples)
    say(0, `has ${sum.examples} examples, both services ask for at least ${LIMITS.leastExamples}`);
  const few = trains && sum.examples < LIMITS.advisedExamples;
  const advice = few ? [`${sum.examples} examples are few: 50 to 100 or more are recommended`] : [];
  const { examples, bytes, tokens, most: mostTokens, found: problemCount } = sum;
  return { examples, bytes, tokens, mostTokens, problems, problemCount, advice };
}

/** The system's text is the same on every line: it is counted once. */
function counter(tokenizer: Tokenizer): (text: string) => number {
  let last = { text: "", tokens: 0 };
  let kept = last;
  return (text) => {
    if (text === kept.text) return kept.tokens;
    if (text === last.text) kept = last;
    last = { text, tokens: tokenizer.count(text) };
    if (kept.text === "") kept = last;
    return last.tokens;
  };
}

/** What is wrong with one line, by the rules of the services and of score_response.v1. */
export function lineProblems(line: string): {
  readonly contents: readonly string[];
  readonly found: readonly string[];
} {
  const value = parseJson(line);
  if (value === undefined) return { contents: [], found: ["is not JSON"] };
  if (!isObject(value)) return { contents: [], found: ["is no JSON object"] };
  const extra = Object.keys(value).filter((key) => key !== "messages");
  const found = extra.map((key) => `has the key "${key}", which no service knows`);
  const { messages } = value;
  if (!Array.isArray(messages)) return { contents: [], found: [...found, "has no list of messages"] };
  const all = messages as readonly Json[];
  if (all.length !== 3) found.push(`has ${all.length} messages, three expected`);
  for (const [place, message] of all.entries()) found.push(...messageProblems(message, place));
  const contents = all.flatMap((one) => (isObject(one) && typeof one.content === "string" ? [one.content] : []));
  const answer = all[2];
  if (isObject(answer) && typeof answer.content === "string") found.push(...answerProblems(answer.content));
  return { contents, found };
}

function messageProblems(message: Json, place: number): string[] {
  if (!isObject(message)) return [`message ${place + 1} is no object`];
  const found = Object.keys(message)
    .filter((key) => key !== "role" && key !== "content")
    .map((key) => `message ${place + 1} has the key "${key}"`);
  const role = ROLES[place];
  if (role !== undefined && message.role !== role)
    found.push(`message ${place + 1} is of role ${JSON.stringify(message.role ?? null)}, ${role} expected`);
  if (typeof message.content !== "string" || message.content.trim() === "")
    found.push(`message ${place + 1} has no content`);
  return found;
}

function answerProblems(content: string): string[] {
  const answer = parseJson(content);
  if (answer === undefined) return ["the assistant's content is not JSON"];
  const found = schemaProblems(answer, SCHEMAS.finetune);
  if (found.length > 0 || !isObject(answer)) return found;
  const criteria = answer.per_criterion as readonly JsonObject[];
  const names = criteria.map(({ name }) => name);
  if (names.some((name, place) => name !== CRITERIA[place]))
    return ["per_criterion: the four criteria are not in their order"];
  const bands = criteria.map(({ band }) => band).filter(isBand) as unknown as PerCriterion<number>;
  const mean = overallOf(bands);
  return mean === answer.overall ? [] : [`overall: ${answer.overall} is not the rounded mean ${mean} of the criteria`];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
