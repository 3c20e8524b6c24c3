import { StudyError } from "corrigenda/error";
import { type Documents, shuffled } from "./corpus-sample.ts";

export const SPLITS = ["train", "valid", "test"] as const;
export type Split = (typeof SPLITS)[number];
/** Shares of train, valid and test. */
export type Ratios = readonly [train: number, valid: number, test: number];
/** Documents of each split, in the order in which they are written. */
export type SplitDocuments = Readonly<Record<Split, Documents>>;

/** How far from 1 the shares may add up, as in the source. */
const TOLERANCE = 0.01;
/** A level of fewer documents leaves fewer than 10 to test on: it is tested by folds. */
export const SMALL_LEVEL = 100;
export const FOLDS = 5;

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

/** The source's split: all documents shuffled, then cut. */
export function splitDocuments(documents: Documents, ratios: Ratios, seed: number): SplitDocuments {
  const order = shuffled(documents, seed);
  const [train, valid] = splitSizes(order.length, ratios);
  return { train: order.slice(0, train), valid: order.slice(train, train + valid), test: order.slice(train + valid) };
}

export interface NestedOptions {
  readonly ratios: Ratios;
  readonly seed: number;
  /** 0 to 4: small levels are tested on this fifth, validated on the next. */
  readonly fold?: number | undefined;
}

/**
 * Each level split on its own, and the whole as the union of its levels: no level's test document is in the training text of
 * the general model. (The source splits both on their own, so that the general model has trained on about 80 % of
 * every level's test set.)
 */
export function nestedSplit(levels: readonly Documents[], { ratios, seed, fold }: NestedOptions): SplitDocuments {
  const parts = levels.map((documents) =>
    fold !== undefined && documents.length < SMALL_LEVEL
      ? foldSplit(documents, fold, seed)
      : splitDocuments(documents, ratios, seed),
  );
  const joined = (split: Split): Documents => {
    const all = parts.flatMap((part) => part[split]);
    return parts.length === 1 ? all : shuffled(all, seed);
  };
  return { train: joined("train"), valid: joined("valid"), test: joined("test") };
}

/** Over the five folds every document is tested on once, and validated on once. @param fold [0, 5) */
export function foldSplit(documents: Documents, fold: number, seed: number): SplitDocuments {
  const order = shuffled(documents, seed);
  const of = (at: number): number => (at - fold + FOLDS) % FOLDS;
  const within = (keep: (distance: number) => boolean): Documents => order.filter((_, at) => keep(of(at % FOLDS)));
  return { train: within((d) => d > 1), valid: within((d) => d === 1), test: within((d) => d === 0) };
}
