import table from "./data/training.json" with { type: "json" };

/** What supervised fine-tuning of a model costs, where that is known. */
export interface TrainingPrice {
  /** US dollars per million training tokens, for each epoch. */
  readonly usdPerMillion: number | undefined;
  /** The date of the table. */
  readonly asOf: string;
}

/** By the model's id, with or without its date. */
export function trainingPrice(model: string): TrainingPrice {
  const prices: Readonly<Record<string, number>> = table.usdPerMillion;
  const undated = model.replace(/-(?:\d{4}-\d{2}-\d{2}|latest)$/, "");
  return { usdPerMillion: prices[model] ?? prices[undated], asOf: table.asOf };
}
