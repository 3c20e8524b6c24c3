import table from "./data/training.json" with { type: "json" };

/** Who trains. */
export type TuningService = "openai" | "azure";

/** What supervised fine-tuning of a model costs, as far as that is known. */
export interface TrainingPrice {
  /** US dollars per million training tokens, for each epoch: OpenAI's list price. */
  readonly usdPerMillion: number | undefined;
  /** The date of the table. */
  readonly asOf: string;
}

/** Days as YYYY-MM-DD. */
export interface TuningDates {
  /** Whoever has not tuned before then starts no job any more. */
  readonly newUntil: string;
  /** From then on nobody does (Azure: not before). */
  readonly until: string;
  /** Tuned models answer until then. */
  readonly servedUntil: string;
}

interface Entry {
  readonly snapshot: string;
  readonly usdPerMillion: number;
  readonly openai?: TuningDates;
  readonly azure?: TuningDates;
}

/** By the model's id, with or without its date. */
export function trainingPrice(model: string): TrainingPrice {
  return { usdPerMillion: entryOf(model)?.usdPerMillion, asOf: table.asOf };
}

/** The dated model that services train, for an id without its date; any other id as it is. */
export function tunableModel(model: string): string {
  return entryOf(model)?.snapshot ?? model;
}

/** When a service trains and serves a model; undefined where it is not known to train it at all. */
export function tuningDates(service: TuningService, model: string): TuningDates | undefined {
  return entryOf(model)?.[service];
}

/** US dollars an hour that a tuned model costs on Azure while it is deployed; undefined for a tier that is not known. */
export function hostingUsdPerHour(sku: string): number | undefined {
  const prices: Readonly<Record<string, number>> = table.hostingUsdPerHour;
  return prices[sku];
}

function entryOf(model: string): Entry | undefined {
  const models: Readonly<Record<string, Entry>> = table.models;
  return models[model] ?? models[model.replace(/-(?:\d{4}-\d{2}-\d{2}|latest)$/, "")];
}
