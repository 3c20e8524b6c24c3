// npm run trial:malformed -- --count 10000
// Damaged replies, data sets, settings, notebooks and PDFs, each kind in processes of its own with a limit of memory and of time
// for each input: everything comes out as rows or as one clear sentence. A seed that does not is printed and can be fed alone.
import { defineScript, main, table } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { type Eaten, feedInChildren } from "corrigenda/trial";
import { z } from "zod";

const KINDS = ["replies", "datasets", "configs", "notebooks", "pdfs"] as const;
const PART = "scripts/trial/malformed-part.ts";
const script = defineScript({
  name: "scripts/trial/malformed.ts",
  summary: "The trial of damaged input: no crash, no lost row, no hang, bounded memory.",
  flags: {
    kind: z
      .enum([...KINDS, "all"])
      .default("all")
      .describe("what is damaged"),
    seed: z.number().int().min(0).default(0).describe("of the first input"),
    count: z.number().int().positive().default(500).describe("inputs of each kind"),
    limitMs: z.number().int().positive().default(120_000).describe("for one input, or 50 PDFs"),
    memoryMb: z.number().int().positive().default(1_024).describe("JavaScript heap of a process"),
    folder: z.string().default("results/.trial/malformed").describe("working folder; emptied first"),
  },
  examples: [
    "npm run trial:malformed -- --count 10000",
    "npm run trial:malformed -- --kind pdfs --seed 4711 --count 1",
  ],
});

await main(script, async ({ kind: chosen, seed, count, limitMs, memoryMb, folder }, { disk, log, print, signal }) => {
  await disk.remove(folder);
  const [rows, problems]: [object[], (Eaten["problems"][number] & { readonly kind: string })[]] = [[], []];
  for (const kind of chosen === "all" ? KINDS : [chosen]) {
    const began = performance.now();
    const words = [`--max-old-space-size=${memoryMb}`, PART, kind, "--folder", disk.resolve(folder)];
    const eaten = await feedInChildren(words, { seed, count, limitMs, env: process.env, signal });
    const { problems: found, ...sums } = eaten;
    rows.push({ kind, ...sums, problems: found.length, seconds: Math.round((performance.now() - began) / 1000) });
    problems.push(...found.map((one) => ({ kind, ...one })));
    log.info(`${kind}: ${sums.inputs} inputs, ${found.length} problems`);
  }
  await disk.remove(folder);
  print(table(rows as Readonly<Record<string, string | number>>[]));
  for (const { kind, seed: one, text } of problems.slice(0, 20))
    print(`${kind} ${one}: ${text.slice(0, 500)}\n  npx zx ${script.name} --kind ${kind} --seed ${one} --count 1`);
  if (problems.length > 0) throw new StudyError("stage", `${problems.length} inputs went wrong; they stand above`);
  print(`0 lost, 0 repeated, 0 leaked: every input came out as rows or as a clear sentence (seeds from ${seed})`);
});
