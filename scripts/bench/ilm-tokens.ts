// npx zx scripts/bench/ilm-tokens.ts
// GPT-2 tokens of English-like text (the Markdown files of node_modules) and of German learner texts, beside gpt-tokenizer: each
// round takes a part of the text that neither has seen, so that the word cache is filled as it is in a long corpus.
import { openClaims, pairedRounds } from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { type Disk, readText } from "corrigenda/files";
import { loadTokenizer } from "corrigenda/text";
import { realClock } from "corrigenda/time";
import { encode } from "gpt-tokenizer/encoding/r50k_base";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/ilm-tokens.ts",
  summary: "GPT-2 tokens a second, beside gpt-tokenizer.",
  flags: {
    folder: z.string().default("node_modules").describe("whose .md files are the text"),
    megabytes: z.number().positive().default(20).describe("text at most"),
    rounds: z.number().int().positive().default(7).describe("paired rounds; each takes its share of the text"),
  },
});
/** Characters of a document. */
const DOCUMENT = 4_000;
const PLAIN = { disallowedSpecial: new Set<string>() };

async function* markdown(disk: Disk, folder: string): AsyncGenerator<string> {
  for (const name of await disk.list(folder)) {
    if (name.endsWith("/")) yield* markdown(disk, `${folder}/${name.slice(0, -1)}`);
    else if (name.toLowerCase().endsWith(".md")) yield readText(disk, `${folder}/${name}`);
  }
}

await main(script, async ({ folder, megabytes, rounds }, { disk, print }) => {
  const documents: string[] = [];
  let bytes = 0;
  for await (const text of markdown(disk, folder)) {
    for (let at = 0; at < text.length; at += DOCUMENT) documents.push(text.slice(at, at + DOCUMENT));
    bytes += Buffer.byteLength(text);
    if (bytes > megabytes * 1e6) break;
  }
  const tokenizer = await loadTokenizer("r50k_base");
  const counts = { ours: 0, alternative: 0 };
  const part = (round: number): string[] => {
    const size = Math.ceil(documents.length / (rounds + 1));
    return documents.slice(round * size, (round + 1) * size);
  };
  const contest = {
    ours: async (round: number) => {
      for (const text of part(round)) counts.ours += tokenizer.encode(text).length;
    },
    alternative: async (round: number) => {
      for (const text of part(round)) counts.alternative += encode(text, PLAIN).length;
    },
  };
  const paired = await pairedRounds(contest, realClock, rounds);
  if (counts.ours !== counts.alternative) throw new Error(`${counts.ours} tokens, not ${counts.alternative}`);
  const claims = openClaims(print);
  const megabytesOfRound = bytes / 1e6 / (rounds + 1);
  print(`${(bytes / 1e6).toFixed(1)} MB, ${counts.ours.toLocaleString("en-US")} tokens by both`);
  const names = { name: "GPT-2 tokens", alternative: "gpt-tokenizer", unit: "MB", limit: 1.5 };
  claims.addPaired(names, megabytesOfRound, paired);
  const value = (megabytesOfRound / paired.oursMs) * 1_000;
  claims.add({ name: "GPT-2 tokens", value, unit: "MB/s", limit: 7, wanted: "at least", binding: false });
  claims.end();
});
