// npx zx scripts/bench/pdf.ts
// PDFs read as text in reading order, against the plain engine (its text items, no layout), pdf.js and pdftotext, each in
// a process of its own over the same papers; and the peak of one file of 2,000 pages against ten files of 200.
import * as bench from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { collect, nodeDisk } from "corrigenda/files";
import { readPdf } from "corrigenda/pdf";
import { realClock } from "corrigenda/time";
import { z } from "zod";
import { $ } from "zx";

const script = defineScript({
  name: "scripts/bench/pdf.ts",
  summary: "PDF text against the plain engine, pdf.js and pdftotext; memory over 2,000 pages.",
  flags: {
    papers: z.string().default("data/sample/papers").describe("folder of PDFs; all of them are read"),
    times: z.number().int().positive().default(10).describe("how often each is read in a round"),
    rounds: z.number().int().positive().default(7).describe("paired rounds"),
    pdfjs: z
      .string()
      .optional()
      .describe("folder of pdfjs-dist; without it, one is installed into results/.bench/pdfjs"),
    as: z.enum(["ours", "workers", "engine", "pdfjs", "pdftotext"]).optional().describe("only read, for the parent"),
    peak: z.string().default("").describe("only read this file --times times and print the peak, for the parent"),
  },
});
const folder = "results/.bench/pdfjs";
/** Limits of ratios; 0 where both numbers are shown and nothing is claimed. */
const CONTESTS = [
  ["ours", "the plain engine", "engine", 0.8],
  ["workers", "in one process", "ours", 0],
  ["ours", "pdf.js", "pdfjs", 0],
  ["ours", "pdftotext", "pdftotext", 0],
] as const;

await main(script, async ({ papers, times, rounds, pdfjs, as, peak }, { disk: here, print }) => {
  const disk = nodeDisk(here.resolve(papers));
  const js = here.resolve(pdfjs ?? `${folder}/node_modules/pdfjs-dist`);
  const files = (await disk.list(".")).filter((name) => name.endsWith(".pdf"));
  const again = Array.from({ length: times }, () => files).flat();
  if (peak) {
    await bench.pdfReaders(here, js).ours(Array<string>(times).fill(peak));
    return print(JSON.stringify(await bench.peakMb()));
  }
  if (as) return bench.takeRounds(() => bench.pdfReaders(disk, js)[as](again));
  const install = $({ nothrow: true, quiet: true });
  if (!pdfjs) await install`npm i --prefix ${folder} --no-save --no-audit --no-fund pdfjs-dist@6.5.438`;
  const absent = {
    pdfjs: (await here.size(`${js}/package.json`)) === undefined,
    pdftotext: (await install`pdftotext -v`).exitCode !== 0,
  };
  const rows = (await Promise.all(files.map((file) => collect(readPdf(disk, file))))).flat();
  const pages = rows.flatMap((row) => (row.ok ? [row.page] : []));
  const amount = pages.length * times;
  const claims = bench.openClaims(print);
  const start = (one: string) =>
    bench.contestant(script.name, "--as", one, "--papers", papers, "--times", `${times}`, "--pdfjs", js);
  for (const [one, alternative, other, limit] of CONTESTS) {
    if ((other === "pdfjs" || other === "pdftotext") && absent[other]) {
      print(`PDF text: ${alternative} is not here and is left out`);
      continue;
    }
    using left = start(one);
    using right = start(other);
    const paired = await bench.pairedRounds({ ours: left.run, alternative: right.run }, realClock, rounds);
    claims.addPaired({ name: `PDF text, ${one}`, alternative, unit: "pages", limit }, amount, paired);
    const claim = { name: `PDF text, ${one}`, value: (amount / paired.oursMs) * 1000, unit: "pages/s", limit: 80 };
    if (other === "engine") claims.add({ ...claim, wanted: "at least", binding: false });
  }
  const peakOf = async (count: number, often: number): Promise<number> => {
    const file = `results/.bench/pdf-${count}.pdf`;
    await here.write(file, await bench.typesetPdf(pages, count));
    return bench.inChild<number>(script.name, "--peak", file, "--times", `${often}`);
  };
  const most = { unit: "MB", wanted: "at most" } as const;
  const [few, many, long] = [await peakOf(200, 1), await peakOf(200, 10), await peakOf(2000, 1)];
  claims.add({ ...most, name: "PDF, peak of 200 pages once", value: few, limit: 300, binding: false });
  claims.add({ ...most, name: "PDF, peak of 2,000 pages", value: long, limit: 1.3 * many, binding: true });
  claims.end();
});
