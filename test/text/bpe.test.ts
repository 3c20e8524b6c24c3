import { nodeDisk, readText } from "corrigenda/files";
import { type EncodingName, encodingOf, loadTokenizer } from "corrigenda/text";
import fc from "fast-check";
import { encode as encodeCl100k } from "gpt-tokenizer/encoding/cl100k_base";
import { encode as encodeO200k } from "gpt-tokenizer/encoding/o200k_base";
import { encode as encodeR50k } from "gpt-tokenizer/encoding/r50k_base";
import { describe, expect, it } from "vitest";

const plain = { disallowedSpecial: new Set<string>() };
const references: Readonly<Record<EncodingName, (text: string) => number[]>> = {
  o200k_base: (text) => encodeO200k(text, plain),
  cl100k_base: (text) => encodeCl100k(text, plain),
  r50k_base: (text) => encodeR50k(text, plain),
};

const TEXTS: Readonly<Record<string, string>> = {
  English: "I suggest to go there; it's what she'd have DON'T-ed. We've 12345 reasons, they'll say!",
  "Traditional Chinese": "這個單字被替換，因為它的搭配不對：「make a photo」應改為「take a photo」。",
  emoji: "👩‍👩‍👧‍👦 🇹🇼 ✅ naïve café — “quotes” … e\u0301",
  code: 'for (let i = 0; i < n; i++) {\n\t// comment\r\n    x[i] += "\\u00e9";\n}\n\n\n',
  whitespace: "  a   b \n\n \t c\r\n\r\n   ",
  "special tokens": "<|endoftext|> and <|fim_prefix|>x<|im_start|>",
  contractions: "I'M you'Re it'S 'tis O'Neill's WE'LL'd",
  numbers: "1 12 123 1234 1,234.56 ٣٤٥ ½ Ⅷ",
  empty: "",
};

describe.each(Object.keys(references) as EncodingName[])("%s", (name) => {
  const reference = references[name];

  it.each(Object.entries(TEXTS))("gives gpt-tokenizer's ids for %s", async (_kind, text) => {
    const tokenizer = await loadTokenizer(name);
    expect(tokenizer.encode(text)).toEqual(reference(text));
    expect(tokenizer.count(text)).toBe(reference(text).length);
  });

  it("gives gpt-tokenizer's ids for any text", async () => {
    const tokenizer = await loadTokenizer(name);
    const texts = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 200 }),
      fc.string({ unit: "binary", maxLength: 200 }),
      fc
        .array(fc.constantFrom("the", " the", "'s", "ing", "\n", "  ", "你", "é", "12", "A", "<|endoftext|>"), {
          maxLength: 60,
        })
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(tokenizer.encode(text)).toEqual(reference(text));
      }),
      { numRuns: 300 },
    );
  });

  it("merges a word of 200,000 letters in one piece", async () => {
    const tokenizer = await loadTokenizer(name);
    const long = "ab".repeat(100_000);
    const ids = tokenizer.encode(long);
    // Merging is local: 2,000 letters merged by the reference show what the repetition must be made of.
    expect(ids.slice(0, 100)).toEqual(reference("ab".repeat(1000)).slice(0, 100));
    expect(tokenizer.count(long)).toBe(ids.length);
  });
});

it("gives the original GPT-2 encoder's ids", async (context) => {
  const disk = nodeDisk(".");
  const path = "../shared/data/reference/golden_gpt2_bpe.json";
  if ((await disk.size(path)) === undefined) return context.skip(`${path} is not here`);
  const golden = JSON.parse(await readText(disk, path)) as { cases: { text: string; ids: number[] }[] };
  const tokenizer = await loadTokenizer("r50k_base");
  expect(golden.cases.length).toBeGreaterThan(5);
  for (const { text, ids } of golden.cases) expect(tokenizer.encode(text)).toEqual(ids);
});

it.each([
  ["gpt-4o-mini", "o200k_base"],
  ["gpt-4.1-nano", "o200k_base"],
  ["o3-mini", "o200k_base"],
  ["ft:gpt-4o-mini-2024-07-18:org::id", "o200k_base"],
  ["claude-sonnet-5", "o200k_base"],
  ["gpt-4", "cl100k_base"],
  ["gpt-4-turbo", "cl100k_base"],
  ["gpt-3.5-turbo", "cl100k_base"],
  ["text-embedding-3-small", "cl100k_base"],
])("%s counts in %s", (model, encoding) => {
  expect(encodingOf(model)).toBe(encoding);
});

it("gives the text of its ids back, and the bytes that each token stands for", async () => {
  const tokenizer = await loadTokenizer("r50k_base");
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 100 }), (text) => {
      const ids = tokenizer.encode(text);
      expect(tokenizer.decode(ids)).toBe(text.toWellFormed());
      expect(ids.reduce((sum, id) => sum + tokenizer.byteLength(id), 0)).toBe(Buffer.byteLength(text));
    }),
  );
  expect(tokenizer.decode([447])).toBe("\ufffd"); // the first two bytes of a curly quote
  expect(() => tokenizer.decode([50_256])).toThrow("no token has the id 50256");
});
