import limits from "./data/limits.json" with { type: "json" };
import table from "./data/models.json" with { type: "json" };
import type { BatchLimits } from "./types.ts";

/** What is known of a model; a field that is not known is absent. */
export interface ModelFacts {
  readonly id: string;
  /** The maker first: its shutdown date is the one below; other services keep their own calendars. */
  readonly providers: readonly string[];
  /** Only "gpt" takes a temperature; only "reasoning" and "claude" take an effort. */
  readonly family: "gpt" | "reasoning" | "claude" | "embedding";
  readonly contextTokens?: number;
  readonly maxOutputTokens?: number;
  /** Input tokens in the batch queue that a new (tier 1) account may have. */
  readonly enqueuedTokens?: number;
  /** Last day, YYYY-MM-DD, or the latest it can have been. */
  readonly shutdownDate?: string;
  readonly replacement?: string;
}

/** The date of the tables of models and limits. */
export const MODELS_AS_OF: string = table.asOf;

/** Exact id, or the id without its date ("gpt-4o-2024-08-06"), or the base of a fine-tuned model ("ft:gpt-4o-mini:…"). */
export function modelFacts(id: string): ModelFacts | undefined {
  const name = id.startsWith("ft:") ? (id.split(":")[1] ?? id) : id;
  const undated = name.replace(/-(\d{4}-\d{2}-\d{2}|\d{8}|latest)$/, "");
  return byId().get(name) ?? byId().get(undated);
}

let index: ReadonlyMap<string, ModelFacts> | undefined;

function byId(): ReadonlyMap<string, ModelFacts> {
  index ??= new Map((table.models as readonly ModelFacts[]).map((model) => [model.id, model]));
  return index;
}

/**
 * Requests and bytes of one batch. Bytes are kept under the service's own where more does harm: Azure's uploads fail
 * silently above some 150 MB, and Anthropic takes a batch as one body, which must fit in memory.
 */
export function batchLimits(service: "openai" | "azure" | "anthropic", enqueuedTokens?: number): BatchLimits {
  return { ...limits.batch[service], ...(enqueuedTokens !== undefined && { enqueuedTokens }) };
}
