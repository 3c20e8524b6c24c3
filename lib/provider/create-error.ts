import type { StudyError } from "corrigenda/error";
import type { Json } from "corrigenda/json";
import { answerError, networkError } from "./api-error.ts";
import { record, text } from "./read-json.ts";
import type { SdkFetch } from "./sdk-transport.ts";

/**
 * Why a batch was not seen to start. A 5xx or 408 may come from a gateway after the service has acted, so it counts as
 * no answer ("network"): whoever retries must look for the batch first. 529 (overloaded) is the service's own refusal.
 */
export function createError(provider: string, sdk: SdkFetch, cause: unknown): StudyError {
  const answer = sdk.answer(cause);
  if (!answer) return networkError(provider, "create a batch", cause);
  const unsure = answer.status === 408 || (answer.status >= 500 && answer.status !== 529);
  if (!unsure) return answerError(provider, "create a batch", answer);
  return networkError(provider, "create a batch", answerError(provider, "create a batch", answer));
}

/** The id of what a service says it has made. Without one nobody knows what was made: as good as no answer ("network"). */
export function createdId(provider: string, doing: string, made: unknown): string {
  const id = text(record(made as Json).id);
  if (id) return id;
  throw networkError(provider, doing, new Error("the answer holds no id"));
}
