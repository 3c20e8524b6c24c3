import type { Json } from "corrigenda/json";
import type { Question } from "corrigenda/online";
import { ANSWERERS } from "corrigenda/text";
import { z } from "zod";
import type { ProviderSettings } from "./workplace.ts";

/** What a worker needs to know about the requests of a lease: who answers, by which settings, and who pays. No key is in it. */
export interface SharedSettings {
  readonly settings: ProviderSettings;
  /** The provider's base, which is part of every key: a worker whose own provider has another leaves the lease alone. */
  readonly base: string;
  /** US dollars that the whole run may cost. */
  readonly maxCostUsd?: number;
  /** Of the calls' clock, where that is not 1 (trials). */
  readonly scale?: number;
}

/** The requests of one lease. */
export interface SharedCalls extends SharedSettings {
  readonly questions: readonly Question[];
}

/** Of every lease. */
export const LeaseFields = z.object({
  settings: z.looseObject({ name: z.enum(ANSWERERS) }),
  base: z.string(),
  scale: z.number().optional(),
});

const Calls = LeaseFields.extend({
  maxCostUsd: z.number().optional(),
  questions: z.array(
    z.tuple([z.string(), z.string(), z.string(), z.number(), z.union([z.number(), z.null()]), z.string()]),
  ),
});

export function encodeCalls({ questions, ...rest }: SharedCalls): Json {
  const rows = questions.map(({ key, wire, maxOutputTokens }) => {
    const { endpoint, model, sample, body } = wire;
    return [key, endpoint, model, sample, maxOutputTokens ?? null, body];
  });
  return { ...rest, questions: rows } as unknown as Json;
}

export function decodeCalls(data: Json): SharedCalls {
  const { settings, base, maxCostUsd, scale, questions } = Calls.parse(data);
  return {
    settings: settings as ProviderSettings,
    base,
    ...(maxCostUsd !== undefined && { maxCostUsd }),
    ...(scale !== undefined && { scale }),
    questions: questions.map(([key, endpoint, model, sample, most, body]) => ({
      key,
      wire: { endpoint, model, sample, body },
      maxOutputTokens: most ?? undefined,
    })),
  };
}
