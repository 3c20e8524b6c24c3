// npx zx scripts/bench/ilm-examples.ts
// Masked examples by the commands themselves: of German learner texts (MERLIN, in copies), and of a synthetic CSV of 723,282 rows.
import { openClaims } from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { readText } from "corrigenda/files";
import { EFCAMDAT_ROWS } from "corrigenda/ilm";
import { realClock } from "corrigenda/time";
import { z } from "zod";
import { $ } from "zx";

const script = defineScript({
  name: "scripts/bench/ilm-examples.ts",
  summary: "ilm: masked examples a second, CSV to text, and their memory.",
  flags: {
    merlin: z.string().default("data/sample/ilm/merlin-de.jsonl").describe("MERLIN's texts"),
    copies: z.number().int().positive().default(500).describe("how often the German ones are taken"),
    rows: z.number().int().positive().default(EFCAMDAT_ROWS).describe("rows of the synthetic corpus"),
  },
});
const BENCH = "results/.bench/ilm";

/** Seconds that a script took, its peak of memory in MB, what it said. */
async function timed(words: readonly string[]) {
  const start = realClock.now();
  const quiet = $({ env: { ...process.env, LOG_LEVEL: "debug" }, preferLocal: true, quiet: true });
  const { stdout: said, stderr } = await quiet`zx ${words}`;
  return { s: (realClock.now() - start) / 1_000, mb: Number(/peak of memory (\d+) MB/.exec(stderr)?.[1]), said };
}

await main(script, async ({ merlin, copies, rows }, { disk, print }) => {
  await disk.remove(BENCH);
  const claims = openClaims(print);
  const speed = { wanted: "at least", binding: false } as const;
  const most = { wanted: "at most", binding: true } as const;
  const convert = (csv: string, folder: string, ...more: readonly string[]) =>
    timed(["scripts/ilm/csv-to-txt.ts", "--csv-path", csv, "--output-dir", `${BENCH}/${folder}`, ...more]);
  const mask = (folder: string) =>
    timed([
      "scripts/ilm/create-ilm-examples.ts",
      "train",
      `${BENCH}/masks`,
      "--data-dir",
      `${BENCH}/${folder}`,
      "--seed",
      "0",
    ]);
  const examplesOf = (said: string): number => Number(/([\d,]+) examples:/.exec(said)?.[1]?.replaceAll(",", ""));
  if ((await disk.size(merlin)) === undefined) print(`${merlin} is not here: learner texts are left out`);
  else {
    await convert(merlin, "merlin", "--lang", "DE", "--train-ratio", "1", "--valid-ratio", "0", "--test-ratio", "0");
    const text = await readText(disk, `${BENCH}/merlin/train.txt`);
    await disk.write(`${BENCH}/merlin/train.txt`, Array<string>(copies).fill(text).join("\n\n\n"));
    const { s, said } = await mask("merlin");
    claims.add({
      name: "masked examples of learner texts",
      value: examplesOf(said) / s,
      unit: "/s",
      limit: 100_000,
      ...speed,
    });
  }
  const csv = `${BENCH}/synthetic.csv`;
  await timed(["scripts/ilm/synthetic-csv.ts", "--out", csv, "--rows", `${rows}`]);
  const megabytes = ((await disk.size(csv)) ?? 0) / 1e6;
  const text = await convert(csv, "synthetic");
  claims.add({
    name: `CSV of ${megabytes.toFixed(0)} MB to text`,
    value: megabytes / text.s,
    unit: "MB/s",
    limit: 50,
    ...speed,
  });
  claims.add({ name: "CSV to text, peak", value: text.mb, unit: "MB", limit: 600, ...most });
  const masks = await mask("synthetic");
  const name = `${examplesOf(masks.said).toLocaleString("en-US")} examples of a synthetic corpus`;
  claims.add({ name, value: masks.s, unit: "s", limit: 120, ...most, binding: false });
  claims.add({ name: `${name}, peak`, value: masks.mb, unit: "MB", limit: 1_000, ...most });
  await disk.remove(BENCH);
  claims.end();
});
