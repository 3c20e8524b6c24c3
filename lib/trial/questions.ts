import type { Declaration } from "corrigenda/dataset";
import {
  type ModelReply,
  type ModelRequest,
  type Prompt,
  type Provider,
  requestKey,
  type WireRequest,
} from "corrigenda/provider";

/** What a trial of synchronous calls asks: short questions of its own. */
export const trialData: Declaration = {
  ...{ name: "trial", source: "made for the trial", licence: "none needed", mayLeaveMachine: true },
};

/** @param salt each trial asks its own questions */
export function trialPrompt(salt: string, format?: ModelRequest["format"]): Prompt<number, string> {
  return {
    name: "trial",
    id: (n) => `row_${n}`,
    request: (n) => ({
      model: "gpt-4o-mini",
      messages: [{ role: "user", content: `Trial ${salt}: why is number ${n} the wrong word here?` }],
      maxOutputTokens: 60,
      ...(format && { format }),
    }),
    parse: ({ text }: ModelReply) => text,
  };
}

/** The numbers from 0 to `count` - 1. */
export function* numbers(count: number): Generator<number> {
  for (let n = 0; n < count; n++) yield n;
}

/** The same requests as they travel. */
export function* trialWires(
  provider: Provider,
  salt: string,
  count: number,
): Generator<{ readonly key: string; readonly wire: WireRequest }> {
  const prompt = trialPrompt(salt);
  for (const n of numbers(count)) {
    const wire = provider.encode(prompt.request(n));
    yield { key: requestKey(provider, wire), wire };
  }
}
