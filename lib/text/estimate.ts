/** Tokens per UTF-8 byte of a kind of text, with the 95 % interval of that ratio. */
export interface Calibration {
  readonly tokensPerByte: number;
  readonly low: number;
  readonly high: number;
  /** Texts that were counted exactly. */
  readonly n: number;
}

export interface TokenEstimate {
  readonly tokens: number;
  /** The interval of the mean: right for sums over many texts of the kind; a single text varies more. */
  readonly low: number;
  readonly high: number;
}

const Z_95 = 1.959964;

/**
 * Ratio estimator with its linearised standard error. 1,000 texts or more make a narrow interval.
 * @param texts [n >= 2] a random sample of what will be sent
 * @param count exact tokens of a text
 * @see Cochran 1977, Sampling Techniques, section 6.3
 */
export function calibrate(texts: Iterable<string>, count: (text: string) => number): Calibration {
  const pairs = Array.from(texts, (text) => ({ bytes: Buffer.byteLength(text), tokens: count(text) }));
  const bytes = pairs.reduce((sum, pair) => sum + pair.bytes, 0);
  const n = pairs.length;
  if (n < 2 || bytes === 0) throw new RangeError(`calibration needs at least 2 texts with content, not ${n}`);
  const tokensPerByte = pairs.reduce((sum, pair) => sum + pair.tokens, 0) / bytes;
  const squares = pairs.reduce((sum, pair) => sum + (pair.tokens - tokensPerByte * pair.bytes) ** 2, 0);
  const error = (Z_95 * Math.sqrt((n / (n - 1)) * squares)) / bytes;
  return { tokensPerByte, low: Math.max(0, tokensPerByte - error), high: tokensPerByte + error, n };
}

/** What a chat costs beside its contents: 3 tokens and the role (1) per message, 3 to open the reply. */
const PER_MESSAGE = 4;
const PER_CHAT = 3;

/** Tokens of a chat's contents, from their bytes alone: a million requests need no tokenizer. */
export function tokenEstimator(
  ratio: Pick<Calibration, "tokensPerByte" | "low" | "high">,
): (contents: readonly string[]) => TokenEstimate {
  return (contents) => {
    let bytes = 0;
    for (const content of contents) bytes += Buffer.byteLength(content);
    const frame = PER_CHAT + PER_MESSAGE * contents.length;
    return {
      tokens: bytes * ratio.tokensPerByte + frame,
      low: bytes * ratio.low + frame,
      high: bytes * ratio.high + frame,
    };
  };
}
