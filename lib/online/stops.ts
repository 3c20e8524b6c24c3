import { StudyError } from "corrigenda/error";

/** What every stop has in common. */
const RESUME = "Every reply received is kept; the same command goes on from there.";

export function stoppedByUser(): StudyError {
  return new StudyError("stopped", `stopped on request. ${RESUME}`);
}

/** The service's own refusal, with what it means for the run. */
export function refusedRun(error: StudyError): StudyError {
  return new StudyError(error.code, `${error.message}. ${RESUME}`, { cause: error, facts: error.facts });
}

/** @param status of the last failure; undefined where no answer came */
export function down(provider: string, pauses: number, status: number | undefined): StudyError {
  const last = status === undefined ? "no answer" : `status ${status}`;
  const sentence = `${provider} has failed through ${pauses} pauses in a row (last: ${last}): look at its status page and try later`;
  return new StudyError("provider", `${sentence}. ${RESUME}`, { facts: { pauses, status } });
}

export function throttledForGood(provider: string, pauses: number): StudyError {
  const sentence = `${provider} has said "too many requests" through ${pauses} pauses in a row: its limit may be per day, or used up elsewhere; try later`;
  return new StudyError("provider", `${sentence}. ${RESUME}`, { facts: { status: 429, pauses } });
}

export function overBudget(maxUsd: number, spentUsd: number, nextUsd: number): StudyError {
  const sentence = `$${usd(spentUsd)} of $${usd(maxUsd)} are spent and the next call may cost $${usd(nextUsd)}: raise --max-cost to go on`;
  return new StudyError("budget", `${sentence}. ${RESUME}`, { facts: { maxUsd, spentUsd, nextUsd } });
}

export function unpriced(model: string): StudyError {
  return new StudyError(
    "budget",
    `no price is known for ${model}, so --max-cost cannot be kept: name a model with a price, or leave --max-cost out`,
    { facts: { model } },
  );
}

/** One request that failed every time. @param status of the last failure; undefined where no answer came */
export function failedRequest(provider: string, attempts: number, status: number | undefined): StudyError {
  const last = status === undefined ? "no answer came" : `status ${status}`;
  const code = status === undefined ? "network" : "provider";
  return new StudyError(
    code,
    `${provider} failed ${attempts} times on this request (last: ${last}): run again to retry it`,
    {
      facts: { attempts, status },
    },
  );
}

function usd(amount: number): string {
  return amount.toFixed(amount < 1 ? 4 : 2);
}
