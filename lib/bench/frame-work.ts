import type { Disk } from "corrigenda/files";
import { csv, danfo, openTables, sortBy } from "corrigenda/frame";

/** What a bench of frames does, once for each round. */
export const FRAME_WORK = ["read", "groupby", "join", "filter", "write", "sort"] as const;
export type FrameWork = (typeof FRAME_WORK)[number];

const ITEMS = 1_000;
const SORTED_ROWS = 40_000;

/** Writes rows.csv (about 40 MB a million rows) and items.csv, whose 1,000 rows the others join. */
export async function makeFrameFiles(disk: Disk, rows: number): Promise<void> {
  await using tables = await openTables({ disk });
  const text = "'method ' || range % 20 as method, 'It''s row ' || range as text";
  const numbers = `range % ${ITEMS} as item, (hash(range) % 1_000_003) / 1_000_003 as score, range % 977 as tokens`;
  await tables.write("rows.csv", `select range as id, ${text}, ${numbers} from range($rows)`, { rows });
  await tables.write("items.csv", `select range as item, 'level ' || range % 6 as level from range(${ITEMS})`);
}

/** The work in DuckDB, its tables read before: what `openTables` gives a study. */
export async function ourFrameWork(disk: Disk, work: FrameWork): Promise<() => Promise<unknown>> {
  const tables = await openTables({ disk });
  if (work === "read") return () => tables.add("rows", csv("rows.csv"));
  await tables.add("rows", csv("rows.csv"));
  if (work === "groupby") return () => tables.query("select method, avg(score), sum(score) from rows group by method");
  if (work === "filter") return () => tables.query("create or replace table half as from rows where score > 0.5");
  if (work === "write") return () => tables.write("ours.csv", "from rows");
  if (work === "sort") {
    const frame = await (await tables.query(`from rows limit ${SORTED_ROWS}`)).toDanfo();
    return async () => sortBy(frame, "score");
  }
  await tables.add("items", csv("items.csv"));
  return () => tables.query("create or replace table joined as select * from rows join items using (item)");
}

/** The same in danfojs. */
export async function danfoFrameWork(disk: Disk, work: FrameWork): Promise<() => Promise<unknown>> {
  const { readCSV, merge, toCSV } = await danfo();
  const file = disk.resolve("rows.csv");
  if (work === "read") return () => readCSV(file);
  const rows = await readCSV(file);
  if (work === "groupby") return async () => rows.groupby(["method"]).agg({ score: ["mean", "sum"] });
  if (work === "filter") return async () => rows.query(rows.score.gt(0.5));
  if (work === "write") return async () => toCSV(rows, { filePath: disk.resolve("danfojs.csv") });
  if (work === "sort") {
    const first = rows.head(SORTED_ROWS);
    return async () => first.sortValues("score");
  }
  const items = await readCSV(disk.resolve("items.csv"));
  return async () => merge({ left: rows, right: items, on: ["item"], how: "inner" });
}
