// npx zx scripts/ilm/create-ilm-examples.ts train data/char_masks/efcamdat_C1 --seed 0 --data-dir data/raw/efcamdat_C1
// Masked examples of a split's documents: <out-dir>/<tag>.ilm, and <tag>.jsonl with --jsonl. docs/ilm.md says what is in them.
import { defineScript, duration, main, startThread } from "corrigenda/cli";
import { writeLines } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { nodeDisk } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ilm/create-ilm-examples.ts",
  summary: "ilm: masks documents at all levels, as often as wanted.",
  positionals: {
    tag: ilm.Tag.describe("name of the file: train, valid, test"),
    outDir: z.string().describe("folder of <tag>.ilm"),
  },
  flags: { ...ilm.maskFlags, jsonl: z.boolean().default(false).describe("also <tag>.jsonl, offsets in code points") },
});
const [THREADS, THREAD] = [2, new URL("./mask-thread.ts", import.meta.url)] as const;

await main(script, async ({ tag, outDir, jsonl, ...flags }, { disk, log, print, progress, signal }) => {
  const split = ilm.maskedSplit(tag, flags);
  const source = `${flags.dataDir}/${split}.txt`;
  if ((await disk.size(source)) === undefined)
    throw new StudyError("files", `${disk.resolve(source)} does not exist; scripts/ilm/csv-to-txt.ts makes it`);
  const start = realClock.now();
  const plan = ilm.maskPlan(flags, flags.seed ?? start % 1_000_000);
  if (flags.seed === undefined) print(`random seed ${plan.seed}`);
  const total = Math.min(await ilm.countDocuments(disk.read(source)), plan.documents ?? Infinity);
  print(ilm.planLine(total, plan, (await disk.size(source)) ?? 0));
  const out = nodeDisk(disk.resolve(outDir));
  const blocks = ilm.corpusBlocks(disk.read(source));
  const inThreads = async function* () {
    await using stack = new AsyncDisposableStack();
    const open = () => stack.use(startThread<ilm.CorpusBlock, ilm.MaskedBlock>(THREAD, plan)).work;
    yield* ilm.inOrder(blocks, Array.from({ length: flags.threads ?? THREADS }, open));
  };
  const masked = flags.rng === "python" ? ilm.sourceMasker(await ilm.allTexts(blocks), plan) : inThreads();
  const told = { plan, rng: flags.rng, source, split };
  const { totals, bytes } = await ilm.writeExamples(out, `${tag}.ilm`, told, masked, ({ documents }) => {
    signal.throwIfAborted();
    progress.update({ label: `${tag} documents`, total, done: documents });
  });
  progress.end();
  for (const line of ilm.maskLines(totals, plan.limits.examples)) print(line);
  if (jsonl) await writeLines(out, `${tag}.jsonl`, () => ilm.exampleLines(out, `${tag}.ilm`));
  log.debug(ilm.usageLine(process.resourceUsage()));
  print(`${outDir}/${tag}.ilm: ${(bytes / 2 ** 20).toFixed(1)} MB in ${duration(realClock.now() - start)}`);
});
