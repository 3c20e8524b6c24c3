import { StudyError } from "corrigenda/error";

export const SPLITS = ["train", "valid", "test"] as const;
export type Split = (typeof SPLITS)[number];
/** Shares of train, valid and test. */
export type Ratios = readonly [train: number, valid: number, test: number];

/** How far from 1 the shares may add up, as in the source. */
const TOLERANCE = 0.01;

/**
 * Documents of each split: the first int(n × train), then up to int(n × (train + valid)), then the rest, in doubles as
 * Python computes it. Throws StudyError "config" where the shares do not add up to 1.
 */
export function splitSizes(n: number, [train, valid, test]: Ratios): [number, number, number] {
  const sum = train + valid + test;
  if (!(Math.abs(sum - 1) < TOLERANCE))
    throw new StudyError("config", `train, valid and test ratios add up to ${sum}, not to 1; change them`);
  const [trainEnd, validEnd] = [Math.floor(n * train), Math.min(n, Math.floor(n * (train + valid)))];
  return [trainEnd, validEnd - trainEnd, n - validEnd];
}
