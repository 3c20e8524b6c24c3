import { StudyError } from "corrigenda/error";
import { type Json, parseJson } from "corrigenda/json";
import { type ModelRequest, type Prompt, type Provider, requestKey } from "corrigenda/provider";
import { sentAs } from "./guard.ts";

type Requests = AsyncIterable<ModelRequest> | Iterable<ModelRequest>;

/**
 * A stage's requests, made again by its study's code from its inputs: in the order of the rows where the stage's rows are
 * listed, in any order where only its ledger is. Undefined where the study does not build them. No call may be made.
 */
export type Rebuild = (stage: string) => Requests | undefined;

/** What a row asked, as far as it is known. */
export interface Asked {
  readonly id: string;
  readonly key: string | undefined;
  /** What the stage kept of a row that was not sent. */
  readonly record?: string;
  /** The request as a text, built again; "changed" where what was built has another key. */
  readonly rebuilt?: { readonly text: string } | "changed";
}

/** A question's requests in the order of its rows, as they are sent; undefined where there is no question. */
export function askedAgain<Row>(
  question: RequestsOf<Row> | undefined,
  { redact }: { readonly redact: boolean },
): Requests | undefined {
  return question && sentRequests(question, redact);
}

interface RequestsOf<Row> {
  readonly prompt: Pick<Prompt<Row, never>, "request">;
  rows(): AsyncIterable<Row> | Iterable<Row>;
}

async function* sentRequests<Row>({ prompt, rows }: RequestsOf<Row>, redact: boolean): AsyncGenerator<ModelRequest> {
  for await (const row of rows()) yield sentAs(prompt.request(row), redact);
}

/** Rows beside requests in the same order: a request stands for its row only where the keys are the same. */
export async function* besideRows(
  rows: AsyncIterable<Asked>,
  requests: Requests,
  provider: Provider,
): AsyncGenerator<Asked> {
  const built = texts(requests, provider);
  try {
    for await (const row of rows) {
      const next = await built.next();
      const isSame = !next.done && next.value.key === row.key;
      yield { ...row, rebuilt: isSame ? { text: next.value.text } : "changed" };
    }
  } finally {
    await built.return(undefined);
  }
}

/** The same where the order is not known. @param most rows that are shown: no more texts are held */
export async function* besideKeys(
  rows: () => AsyncIterable<Asked>,
  requests: Requests,
  { provider, most }: { readonly provider: Provider; readonly most: number },
): AsyncGenerator<Asked> {
  const wanted = new Set<string>();
  for await (const { key } of rows()) {
    if (key !== undefined) wanted.add(key);
    if (wanted.size >= most) break;
  }
  const found = new Map<string, string>();
  for await (const { key, text } of texts(requests, provider)) {
    if (wanted.has(key)) found.set(key, text);
    if (found.size === wanted.size) break;
  }
  for await (const row of rows()) {
    const text = found.get(row.key ?? "");
    yield { ...row, rebuilt: text === undefined ? "changed" : { text } };
  }
}

/** Ends where an input is no longer there or cannot be read: the rows that are left have changed. */
async function* texts(
  requests: Requests,
  provider: Provider,
): AsyncGenerator<{ readonly key: string; readonly text: string }, undefined> {
  try {
    for await (const request of requests) {
      const wire = provider.encode(request);
      yield { key: requestKey(provider, wire), text: bodyText(wire.body) };
    }
  } catch (error) {
    if (!(error instanceof StudyError)) throw error;
  }
}

/** A request line for people: its messages, each under its role, then all else. */
export function bodyText(line: string): string {
  const parsed = parseJson(line) as { body?: Json; params?: Json } | undefined;
  const body = parsed?.body ?? parsed?.params ?? (parsed as Json | undefined);
  if (typeof body !== "object" || body === null || Array.isArray(body)) return line;
  const { messages, input, ...settings } = body as Record<string, Json>;
  const said = [messages, input].flatMap((list) => (Array.isArray(list) ? list : [])) as {
    role?: Json;
    content?: Json;
  }[];
  const texts = said.map(({ role, content }) => {
    return `[${String(role)}]\n${typeof content === "string" ? content : JSON.stringify(content, null, 2)}`;
  });
  return [...texts, `[settings]\n${JSON.stringify(settings, null, 2)}`].join("\n\n");
}
