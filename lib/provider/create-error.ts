import type { StudyError } from "corrigenda/error";
import { answerError, networkError } from "./api-error.ts";
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
