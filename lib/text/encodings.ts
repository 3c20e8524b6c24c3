import { bpe, byteString, type Ranks, type Tokenizer } from "./bpe.ts";

/** GPT-4o and later, GPT-4 and 3.5, GPT-2 and 3. */
export type EncodingName = "o200k_base" | "cl100k_base" | "r50k_base";

const CONTRACTION = "'(?:[sdmtSDMT]|[lL][lL]|[vV][eE]|[rR][eE])";
const UPPER = String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`;
const LOWER = String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`;
const LEAD = String.raw`[^\r\n\p{L}\p{N}]?`;
const SPACES = String.raw`\s+(?!\S)`;

/** How each encoding cuts a text into words. @see https://github.com/openai/tiktoken (tiktoken_ext/openai_public.py) */
const PATTERNS: Readonly<Record<EncodingName, readonly string[]>> = {
  o200k_base: [
    `${LEAD}${UPPER}*${LOWER}+(?:${CONTRACTION})?`,
    `${LEAD}${UPPER}+${LOWER}*(?:${CONTRACTION})?`,
    String.raw`\p{N}{1,3}`,
    String.raw` ?[^\s\p{L}\p{N}]+[\r\n/]*`,
    String.raw`\s*[\r\n]+`,
    SPACES,
    String.raw`\s+`,
  ],
  cl100k_base: [
    CONTRACTION,
    String.raw`${LEAD}\p{L}+`,
    String.raw`\p{N}{1,3}`,
    String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*`,
    String.raw`\s+$`,
    String.raw`\s*[\r\n]`,
    SPACES,
    String.raw`\s`,
  ],
  r50k_base: [
    "'s|'t|'re|'ve|'m|'ll|'d",
    String.raw` ?\p{L}+`,
    String.raw` ?\p{N}+`,
    String.raw` ?[^\s\p{L}\p{N}]+`,
    SPACES,
    String.raw`\s+`,
  ],
};

const loaded = new Map<string, Promise<Tokenizer>>();

/**
 * The tokenizer of an encoding, loaded once (some 0.3 s for the largest). Whitespace is JavaScript's.
 * @param tokens only the first so many, at least the 256 bytes: tokens are made of earlier ones, so that these are an
 * encoding of their own, for small models
 */
export function loadTokenizer(name: EncodingName, tokens = Number.POSITIVE_INFINITY): Promise<Tokenizer> {
  const key = `${name}/${tokens}`;
  const known = loaded.get(key);
  if (known) return known;
  const tokenizer = loadRanks(name, tokens).then((ranks) => bpe(ranks, new RegExp(PATTERNS[name].join("|"), "gu")));
  loaded.set(key, tokenizer);
  return tokenizer;
}

/** The encoding of a model; for one that is not OpenAI's, the closest guess, to be calibrated by real usage. */
export function encodingOf(model: string): EncodingName {
  const name = model.replace(/^ft:/, "");
  if (/^(?:gpt-3\.5|gpt-4(?!o|\.)|text-embedding-)/.test(name)) return "cl100k_base";
  return /^(?:gpt2|davinci|curie|babbage|ada)\b/.test(name) ? "r50k_base" : "o200k_base";
}

async function loadRanks(name: EncodingName, most: number): Promise<Ranks> {
  const { default: tokens } = await TABLES[name]();
  const ranks = new Map<string, number>();
  for (const [rank, token] of tokens.slice(0, most).entries())
    ranks.set(typeof token === "string" ? byteString(token) : String.fromCharCode(...token), rank);
  return ranks;
}

// Megabytes of text: read when asked for, not at import.
const TABLES = {
  o200k_base: () => import("gpt-tokenizer/bpeRanks/o200k_base"),
  cl100k_base: () => import("gpt-tokenizer/bpeRanks/cl100k_base"),
  r50k_base: () => import("gpt-tokenizer/bpeRanks/r50k_base"),
} as const;
