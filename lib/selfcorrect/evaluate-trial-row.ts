import type { Gain, PolicyTrial } from "./evaluate-trial.ts";

/** The oracle arm's gain is shown as one where it lies above 0 by so many standard errors. */
const SURE = 2;
/** Of what the oracle arm gains. */
const LEAST_SHARE = 0.5;

/**
 * A trial as a line for the terminal, in percentage points with standard errors, and what it misses: a learnt policy is not
 * worse than never asking again by more than a standard error, and it reaches half of what the oracle arm surely gains.
 */
export function trialRow(
  name: string,
  { never, accuracy, net, oracleAccuracy, oracleNet, answers }: PolicyTrial,
): { readonly row: Readonly<Record<string, string>>; readonly faults: readonly string[] } {
  const isGain = oracleNet.value > SURE * oracleNet.error;
  const share = net.value / oracleNet.value;
  const isBelow = [accuracy, net].some(({ value, error }) => value < -error);
  return {
    row: {
      model: name,
      never: (100 * never).toFixed(1),
      accuracy: points(accuracy),
      "less tokens": points(net),
      "oracle arm": points(oracleAccuracy),
      "oracle, less tokens": points(oracleNet),
      "of it": isGain ? `${(100 * share).toFixed(0)} %` : "",
      answers: answers.toFixed(2),
    },
    faults: [
      ...(isBelow ? [`${name} is below never asking again`] : []),
      ...(isGain && share < LEAST_SHARE ? [`${name} has less than half of the oracle arm's gain`] : []),
    ],
  };
}

function points({ value, error }: Gain): string {
  return `${(100 * value).toFixed(2)} ± ${(100 * error).toFixed(2)}`;
}
