/**
 * Text as models count it (exact tokens, estimates from bytes) and as readers see it (sentences, quotes and where they stand,
 * the records of a CSV file), how alike two texts are (BLEU, METEOR, ROUGE, chrF, GLEU, edits), and the names of the providers.
 *
 * @example
 * const tokenizer = await loadTokenizer("o200k_base");
 * tokenizer.count("Why was it replaced?"); // 5
 * tokenEstimator({ tokensPerByte: 0.25, low: 0.24, high: 0.26 })(["Why was it replaced?"]).tokens; // 12
 * quoteFinder("We use house-\nhold data.").find("household data"); // { start: 7, end: 23, match: "tolerant" }
 * rougeL("police killed the gunman", "police kill the gunman", true).f; // 1
 * @module
 */
export type { Tokenizer } from "./bpe.ts";
export { type CsvRecord, csvRecords } from "./csv.ts";
export { type EncodingName, encodingOf, loadTokenizer } from "./encodings.ts";
export { type Calibration, calibrate, type TokenEstimate, tokenEstimator } from "./estimate.ts";
export { withFormulaGuard, withoutFormulaGuard } from "./formula.ts";
export { type Figure, intervalText } from "./interval.ts";
export * from "./metrics.ts";
export { ANSWERERS, PROVIDERS, type ProviderName } from "./providers.ts";
export { type FoundQuote, type QuoteFinder, quoteFinder } from "./quote.ts";
export { type Span, sentences } from "./sentences.ts";
export { commandLine, shellWord } from "./shell.ts";
