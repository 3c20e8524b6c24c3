/** The source's estimate: 1,500 tokens an example, $0.008 per 1,000 tokens, one epoch. */
const SOURCE = { tokens: 1_500, usdPerThousand: 0.008 } as const;

export interface SourceCost {
  readonly total_tokens: number;
  readonly estimated_training_cost_usd: number;
  readonly examples: number;
  readonly avg_tokens_per_example: number;
}

/** The source's formula: 1,000 examples are 1,500,000 tokens and $12.00. */
export function sourceCost(examples: number): SourceCost {
  const total_tokens = examples * SOURCE.tokens;
  return {
    total_tokens,
    estimated_training_cost_usd: Math.round((total_tokens / 1_000) * SOURCE.usdPerThousand * 100) / 100,
    examples,
    avg_tokens_per_example: SOURCE.tokens,
  };
}

/** The source's print, to the letter. */
export function sourceCostLines({ examples, total_tokens, estimated_training_cost_usd }: SourceCost): string[] {
  return [
    `Training examples: ${examples}`,
    `Estimated tokens: ${total_tokens.toLocaleString("en-US")}`,
    `Estimated training cost: $${estimated_training_cost_usd.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`,
  ];
}

/** Epochs that a service picks by itself: 3; more for few examples, fewer for very many. @see OpenAI cookbook, chat fine-tuning data preparation */
export function defaultEpochs(examples: number): number {
  if (examples * 3 < 100) return Math.min(25, Math.floor(100 / Math.max(1, examples)));
  if (examples * 3 > 25_000) return Math.max(1, Math.floor(25_000 / examples));
  return 3;
}

/** What training costs today: counted tokens, every epoch, at the model's price. */
export interface CountedCost {
  readonly model: string;
  readonly tokens: number;
  readonly epochs: number;
  /** null where no price is known. */
  readonly usd_per_million_tokens: number | null;
  readonly usd: number | null;
}

export function countedCost(
  { tokens, examples }: { readonly tokens: number; readonly examples: number },
  { model, usdPerMillion }: { readonly model: string; readonly usdPerMillion: number | undefined },
  epochs = defaultEpochs(examples),
): CountedCost {
  const usd = usdPerMillion === undefined ? null : Math.round(((tokens * epochs) / 1e6) * usdPerMillion * 100) / 100;
  return { model, tokens, epochs, usd_per_million_tokens: usdPerMillion ?? null, usd };
}
