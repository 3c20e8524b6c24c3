/** GPT-2's tokens; those of infilling follow. */
export const GPT2_TOKENS = 50_257;

/** The tokens that infilling adds to a vocabulary. */
export interface InfillTokens {
  /** <|startofinfill|>: between context and answers. */
  readonly start: number;
  /** <|endofinfill|>: behind each answer. */
  readonly end: number;
  /** <|infill_word|> …: in the place of a span, by its type. */
  readonly masks: readonly number[];
  /** Tokens in all. */
  readonly size: number;
  /** The added ids and how they are written: the source's additional_ids_to_tokens. */
  readonly names: Readonly<Record<number, string>>;
}

/** @param types of the mask class, in its order @param base size of the vocabulary before */
export function infillTokens(types: readonly string[], base = GPT2_TOKENS): InfillTokens {
  const names = ["startofinfill", "endofinfill", ...types.map((type) => `infill_${type}`)];
  return {
    start: base,
    end: base + 1,
    masks: types.map((_, type) => base + 2 + type),
    size: base + names.length,
    names: Object.fromEntries(names.map((name, at) => [base + at, `<|${name}|>`])),
  };
}
