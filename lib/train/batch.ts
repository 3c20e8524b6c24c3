import { StudyError } from "corrigenda/error";

/** A sequence of tokens. Kind 0 is never a target; the others are the user's own (context, infill ...). */
export interface Example {
  readonly tokens: ArrayLike<number>;
  /** What each token is as a label; as long as `tokens`. The first token is never one. */
  readonly kinds: ArrayLike<number>;
}

/** Examples laid side by side: as many rows as they need, each token of it at work. */
export interface Batch {
  readonly rows: number;
  readonly length: number;
  /** [rows * length] */
  readonly tokens: Int32Array;
  /** [rows * length] place in its own example, from 0. */
  readonly positions: Int32Array;
  /** [rows * length] number of the example within its row, from 1; 0 where nothing stands. */
  readonly segments: Int32Array;
  /** [targets] place of the token before each label. */
  readonly targets: Int32Array;
  readonly labels: Int32Array;
  /** [targets] kind of the label, and the example it belongs to. */
  readonly kinds: Uint8Array;
  readonly owners: Int32Array;
  /** [targets] what each negative log-likelihood counts in the loss. */
  readonly weights: Float32Array;
}

export interface PackOptions {
  /** Longest example that is allowed: the model's context. */
  readonly context: number;
  /** The model's width: attention costs length / (6 width) of what the rest of a block costs. */
  readonly width: number;
  /** Kinds over which a mean is taken; the loss is the sum of the means. Kinds in no list are left out. */
  readonly means: readonly (readonly number[])[];
}

/**
 * Packs examples into rows whose attention stays inside each example. The loss is that of the padded batch: for each list
 * of kinds the mean over its targets in the whole batch; a list without targets adds nothing. Throws StudyError "dataset".
 */
export function packBatch(examples: readonly Example[], { context, width, means }: PackOptions): Batch {
  const lengths = examples.map(({ tokens, kinds }, at) => {
    if (tokens.length === 0 || tokens.length > context || kinds.length !== tokens.length)
      throw new StudyError(
        "dataset",
        `example ${at} has ${tokens.length} tokens and ${kinds.length} kinds; give 1 to ${context} of each`,
      );
    return tokens.length;
  });
  const { length, rows } = rowsFor(lengths, width);
  const size = rows.length * length;
  const [tokens, positions, segments] = [new Int32Array(size), new Int32Array(size), new Int32Array(size)];
  const starts = new Int32Array(examples.length);
  for (const [row, members] of rows.entries()) {
    let at = row * length;
    for (const [segment, member] of members.entries()) {
      const own = (examples[member] as Example).tokens;
      starts[member] = at;
      for (let place = 0; place < own.length; place++, at++) {
        tokens[at] = own[place] as number;
        positions[at] = place;
        segments[at] = segment + 1;
      }
    }
  }
  return { rows: rows.length, length, tokens, positions, segments, ...targetsOf(examples, starts, means) };
}

function targetsOf(examples: readonly Example[], starts: Int32Array, means: PackOptions["means"]) {
  const listOf = new Map(means.flatMap((kinds, list) => kinds.map((kind) => [kind, list] as const)));
  const counts = means.map(() => 0);
  const found: { readonly place: number; readonly label: number; readonly kind: number; readonly owner: number }[] = [];
  for (const [owner, { tokens, kinds }] of examples.entries()) {
    for (let at = 1; at < tokens.length; at++) {
      const list = listOf.get(kinds[at] as number);
      if (list === undefined) continue;
      counts[list] = (counts[list] as number) + 1;
      const place = (starts[owner] as number) + at - 1;
      found.push({ place, label: tokens[at] as number, kind: kinds[at] as number, owner });
    }
  }
  return {
    targets: Int32Array.from(found, ({ place }) => place),
    labels: Int32Array.from(found, ({ label }) => label),
    kinds: Uint8Array.from(found, ({ kind }) => kind),
    owners: Int32Array.from(found, ({ owner }) => owner),
    weights: Float32Array.from(found, ({ kind }) => 1 / (counts[listOf.get(kind) as number] as number)),
  };
}

/** Numbers of rows that are tried for a batch. */
const TRIES = 16;

/**
 * For some numbers of rows the shortest length that holds everything, and of these the cheapest. Rows may be longer than
 * the model's context: positions are counted within examples.
 */
function rowsFor(lengths: readonly number[], width: number): { length: number; rows: readonly (readonly number[])[] } {
  const order = lengths.map((_, at) => at).sort((a, b) => (lengths[b] as number) - (lengths[a] as number) || a - b);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const longest = lengths[order[0] as number] ?? 1;
  let best = { length: longest, rows: [] as readonly (readonly number[])[], cost: Number.POSITIVE_INFINITY };
  const many = fill(lengths, order, longest).length; // more rows than this are of no use
  const step = Math.max(1, Math.floor(many / TRIES));
  for (let most = many; most >= 1; most -= step) {
    let [low, high] = [Math.max(longest, Math.ceil(total / most)), total];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (fill(lengths, order, middle).length <= most) high = middle;
      else low = middle + 1;
    }
    const rows = fill(lengths, order, low);
    const cost = rows.length * low * (6 * width + low);
    if (cost < best.cost) best = { length: low, rows, cost };
  }
  return best;
}

/** First fit, longest first. @returns for each row, which examples it holds. */
function fill(lengths: readonly number[], order: readonly number[], length: number): number[][] {
  const rows: { left: number; readonly members: number[] }[] = [];
  for (const at of order) {
    const own = lengths[at] as number;
    const row = rows.find(({ left }) => left >= own) ?? { left: length, members: [] };
    if (row.members.length === 0) rows.push(row);
    row.left -= own;
    row.members.push(at);
  }
  return rows.map(({ members }) => members);
}
