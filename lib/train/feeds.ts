import type { Batch } from "./batch.ts";
import type { Sizes } from "./dim.ts";

/** A tensor that goes into a run, and the shape it has in this batch. */
export interface Feed {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

export interface Feeds {
  readonly sizes: Sizes;
  readonly inputs: ReadonlyMap<string, Feed>;
}

/** Where a token may not look. Far below any score, and finite, so that a row of nothing else stays a number. */
const HIDDEN = -1e9;

/**
 * What the graphs take from a batch. Targets are spread over the chunks; each batch has at least one target of weight 0,
 * to which all tokens that predict nothing point. @param scale of all weights (1 / accumulated batches)
 */
export function feedsOf(batch: Batch, chunks: number, scale = 1): Feeds {
  const { rows, length, tokens, positions } = batch;
  const size = Math.ceil((batch.targets.length + 1) / chunks);
  const slots = new Int32Array(tokens.length).fill(batch.targets.length);
  for (const [slot, place] of batch.targets.entries()) slots[place] = slot;
  const inputs = new Map<string, Feed>([
    ["tokens", { shape: [tokens.length], data: tokens }],
    ["positions", { shape: [tokens.length], data: positions }],
    ["mask", { shape: [rows, 1, length, length], data: maskOf(batch) }],
    ["slots", { shape: [tokens.length], data: slots }],
  ]);
  const weights = batch.weights.map((weight) => weight * scale);
  for (let chunk = 0; chunk < chunks; chunk++) {
    const part = <T extends Float32Array | Int32Array>(all: T, empty: T): T => {
      empty.set(all.subarray(chunk * size, (chunk + 1) * size));
      return empty;
    };
    inputs.set(`targets.${chunk}`, { shape: [size], data: part(batch.targets, new Int32Array(size)) });
    inputs.set(`labels.${chunk}`, { shape: [size], data: part(batch.labels, new Int32Array(size)) });
    inputs.set(`weights.${chunk}`, { shape: [size, 1], data: part(weights, new Float32Array(size)) });
  }
  return { sizes: { rows, length, targets: size }, inputs };
}

/** A token looks at its own example, up to itself. */
function maskOf({ rows, length, segments }: Batch): Float32Array {
  const mask = new Float32Array(rows * length * length).fill(HIDDEN);
  for (let row = 0; row < rows; row++) {
    let start = 0;
    for (let at = 0; at < length; at++) {
      if (segments[row * length + at] !== segments[row * length + start]) start = at;
      const from = (row * length + at) * length;
      mask.fill(0, from + start, from + at + 1);
    }
  }
  return mask;
}
