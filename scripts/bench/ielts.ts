// npx zx scripts/bench/ielts.ts
// 10,000 essays from a JSONL file to checked training files in mock mode, by the command itself; the same with 1,000: rows
// per second and core, and how the peak of memory grows. And reading a Parquet file of 100,000 rows.
import { openClaims } from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { openSource } from "corrigenda/dataset";
import { writeLines } from "corrigenda/engine";
import { collect } from "corrigenda/files";
import { openTables } from "corrigenda/frame";
import { COLUMNS, variantRows } from "corrigenda/ielts";
import { realClock } from "corrigenda/time";
import { z } from "zod";
import { $ } from "zx";

const script = defineScript({
  name: "scripts/bench/ielts.ts",
  summary: "ielts: 10,000 essays end to end in mock mode, and reading 100,000 rows.",
  flags: {
    rows: z.number().int().min(10).default(10_000).describe("essays; the peak is compared with a tenth of them"),
  },
});
const BENCH = "results/.bench/ielts";
const PARQUET_ROWS = 100_000;

await main(script, async ({ rows }, { disk, print }) => {
  await disk.remove(BENCH);
  const open = (from: string) =>
    openSource(disk, { from, dataset: "", split: "", folder: "", hub: {}, columns: COLUMNS });
  const essays = await collect((await open("data/sample/ielts/essays.csv")).table.rows());
  const prepare = async (count: number): Promise<{ readonly mb: number; readonly cpu: number; readonly s: number }> => {
    const file = `${BENCH}/${count}.jsonl`;
    await writeLines(disk, file, () => variantRows(essays, count, 1).map((row) => JSON.stringify(row)));
    const quiet = $({ env: { ...process.env, LOG_LEVEL: "debug" }, preferLocal: true });
    const words = ["--from", file, "--disable-azure", "--results", `${BENCH}/${count}`];
    const start = realClock.now();
    const { stderr } = await quiet`zx scripts/ielts/prepare.ts ${words}`;
    const [, mb = "", cpu = ""] = /peak of memory (\d+) MB, ([\d.]+) s of CPU/.exec(stderr) ?? [];
    return { mb: Number(mb), cpu: Number(cpu), s: (realClock.now() - start) / 1_000 };
  };
  const [tenth, all] = [await prepare(Math.round(rows / 10)), await prepare(rows)];
  const claims = openClaims(print);
  const speed = { unit: "rows/s", limit: 500, wanted: "at least", binding: false } as const;
  const name = `${rows.toLocaleString("en-US")} essays, mock mode`;
  claims.add({ name: `${name}, a second of CPU`, value: rows / all.cpu, ...speed });
  claims.add({ name: `${name}, a second`, value: rows / all.s, ...speed });
  const most = { wanted: "at most", binding: true } as const;
  claims.add({
    name: "peak against a tenth of the rows",
    value: all.mb / tenth.mb,
    unit: "times",
    limit: 1.75,
    ...most,
  });
  claims.add({ name: "peak", value: all.mb, unit: "MB", limit: 400, ...most, binding: false });

  await using tables = await openTables({ disk, memoryMb: 1_500 });
  const many = `read_json('${disk.resolve(`${BENCH}/${rows}.jsonl`)}'), range(${Math.ceil(PARQUET_ROWS / rows)})`;
  const parquet = `${BENCH}/read.parquet`;
  await tables.write(parquet, `select prompt, essay, evaluation, band from ${many} limit ${PARQUET_ROWS}`);
  const start = realClock.now();
  const { table } = await open(parquet);
  let read = 0;
  for await (const { essay } of table.rows()) if (essay !== null) read += 1;
  const value = (realClock.now() - start) / 1_000;
  const what = `${read.toLocaleString("en-US")} rows of Parquet read`;
  claims.add({ name: what, value, unit: "s", limit: 3, wanted: "at most", binding: false });
  await disk.remove(BENCH);
  claims.end();
});
