import { StudyError } from "corrigenda/error";
import { type Prompt, type Provider, requestKey } from "corrigenda/provider";

/** A row of the simulated study: what is the square of n? */
export interface ToyRow {
  readonly n: number;
}

/** What every reply costs, US dollars; the estimate of a call is higher. */
export const TOY_USD = 0.25;
export const TOY_ESTIMATE_USD = 0.5;

/** Requests that the service refuses. */
export function isBad(n: number): boolean {
  return n % 11 === 7;
}

/** Requests whose paid reply cannot be read. */
export function isGarbled(n: number): boolean {
  return n % 11 === 5;
}

export const toyPrompt: Prompt<ToyRow, number> = {
  name: "square",
  id: ({ n }) => `row_${n}`,
  request: ({ n }) => ({ model: "toy", messages: [{ role: "user", content: String(n) }], maxOutputTokens: 2 }),
  parse: ({ text }) => Number(text),
};

const usage = { input: 1, cached: 0, cacheWrite: 0, output: 1, reasoning: 0 };

export const toyProvider: Provider = {
  ...{ name: "toy", base: "memory", limits: {} },
  encode: ({ model, messages }) => ({ endpoint: "/square", model, body: `{"n":${messages[0]?.content}}`, sample: 0 }),
  decode: (body) => {
    const { answer } = body as { answer?: number };
    if (typeof answer !== "number") throw new StudyError("reply", "the reply has no answer");
    return { text: String(answer), model: "toy", finish: "stop", usage };
  },
  complete: () => Promise.reject(new Error("not used")),
};

const keys = new Map<number, string>();

/** The request's key. */
export function keyOf(n: number): string {
  const known = keys.get(n);
  if (known !== undefined) return known;
  const key = requestKey(toyProvider, toyProvider.encode(toyPrompt.request({ n })));
  keys.set(n, key);
  return key;
}
