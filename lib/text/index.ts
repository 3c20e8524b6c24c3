/**
 * Text as models count it: exact tokens by byte-pair encoding, and estimates from bytes.
 *
 * @example
 * const tokenizer = await loadTokenizer("o200k_base");
 * tokenizer.count("Why was it replaced?"); // 5
 * tokenEstimator({ tokensPerByte: 0.25, low: 0.24, high: 0.26 })(["Why was it replaced?"]).tokens; // 12
 * @module
 */
export type { Tokenizer } from "./bpe.ts";
export { type EncodingName, encodingOf, loadTokenizer } from "./encodings.ts";
export { type Calibration, calibrate, type TokenEstimate, tokenEstimator } from "./estimate.ts";
