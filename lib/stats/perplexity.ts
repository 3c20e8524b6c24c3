import { StudyError } from "corrigenda/error";
import { type BootstrapOptions, bootstrapAt, type Estimate } from "./bootstrap.ts";
import { needNumber, needSome } from "./input.ts";

/** What a model made of one document. */
export interface DocumentLikelihood {
  /** Sum of the log-likelihoods of its tokens, in nats, <= 0. */
  readonly logLikelihood: number;
  /** How many tokens were scored. */
  readonly tokens: number;
}

export interface Perplexity extends Estimate {
  readonly documents: number;
  readonly tokens: number;
}

/** One document's sum. @param logLikelihoods [tokens >= 0] natural logarithms, each <= 0 */
export function documentLikelihood(logLikelihoods: ArrayLike<number>): DocumentLikelihood {
  let logLikelihood = 0;
  for (let i = 0; i < logLikelihoods.length; i++) {
    needNumber(logLikelihoods[i] as number, `perplexity, token ${i}`, -Infinity, 0);
    logLikelihood += logLikelihoods[i] as number;
  }
  return { logLikelihood, tokens: logLikelihoods.length };
}

/**
 * exp(-mean log-likelihood a token), every token of the corpus as heavy as any other, with a bootstrap interval over
 * documents: tokens of one document are not independent. Under two tokenizers, compare log-likelihoods instead.
 * @param documents [n >= 1] with one token at least; those without tokens count for nothing
 * @see Jurafsky & Martin 2026, Speech and Language Processing, 3rd ed. draft, section 3.3
 */
export function perplexity(documents: readonly DocumentLikelihood[], options: BootstrapOptions): Perplexity {
  needSome(documents.length, "perplexity");
  for (const [i, { logLikelihood, tokens }] of documents.entries()) {
    needNumber(logLikelihood, `perplexity, document ${i}, log-likelihood`, -Infinity, 0);
    needNumber(tokens, `perplexity, document ${i}, tokens`, 0);
  }
  const likelihoods = Float64Array.from(documents, (one) => one.logLikelihood);
  const lengths = Float64Array.from(documents, (one) => one.tokens);
  const tokens = lengths.reduce((sum, length) => sum + length, 0);
  if (tokens === 0) throw new StudyError("dataset", "perplexity: no document has a token; give scored documents");
  const estimate = bootstrapAt(documents.length, (positions) => ratio(likelihoods, lengths, positions), options);
  return { ...estimate, documents: documents.length, tokens };
}

/** 0/0, a resample without tokens, is NaN: left out and counted. */
function ratio(likelihoods: Float64Array, lengths: Float64Array, positions: Uint32Array): number {
  let [likelihood, tokens] = [0, 0];
  for (let i = 0; i < positions.length; i++) {
    likelihood += likelihoods[positions[i] as number] as number;
    tokens += lengths[positions[i] as number] as number;
  }
  return Math.exp(-likelihood / tokens);
}
