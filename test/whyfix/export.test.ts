import { collect } from "corrigenda/files";
import { exportPlan, type GroupExport, readResultLine, type StructuredRecord, stepGroups } from "corrigenda/whyfix";
import { expect, test } from "vitest";
import { bareRow, shipped } from "./fixture.ts";

const experiment = shipped();
const groups = ([1, 3] as const).flatMap((step) =>
  stepGroups(experiment, step, { dataset: "longman", sampleSize: "fu" }),
);
const idsOf = (group: GroupExport | (typeof groups)[number]) =>
  group.cells.map((cell) => `${cell.dataset}_fu_1_${cell.method}_fON_zero_${cell.input}_l_${cell.length}`);

function input(changes: { twice?: boolean; date?: string } = {}) {
  const lines = (values: readonly string[]) => () => (changes.twice ? [...values, ...values] : values);
  const records = groups
    .flatMap(idsOf)
    .map(
      (id): StructuredRecord =>
        readResultLine({ experiment, provider: "offline" }, { line: 1, value: { custom_id: id } }),
    );
  return {
    experiment,
    date: changes.date ?? "0622-1458",
    groups: groups.map((group) => ({
      ...group,
      tasks: lines(idsOf(group).map((id) => JSON.stringify({ custom_id: id, method: "POST" }))),
      files: lines([JSON.stringify({ id: `file-${group.name}` })]),
      batches: lines([JSON.stringify({ id: `batch-${group.name}`, status: "completed" })]),
      results: lines(idsOf(group).map((id) => JSON.stringify({ custom_id: id, response: null }))),
    })),
    records: () => [...records, readResultLine({ experiment, provider: "offline" }, { line: 2, text: "{" })],
    rows: { lg: () => [bareRow({ index: 1 }), bareRow({ index: 2 })] },
    matched: new Map([["lg_fu_1_Cause_fON_zero_t_l_fifty", ["a cause"]]]),
  };
}

async function written(changes: Parameters<typeof input>[0] = {}): Promise<Record<string, string[]>> {
  const files = exportPlan(input(changes));
  return Object.fromEntries(await Promise.all(files.map(async ({ path, lines }) => [path, await collect(lines())])));
}

test("files have the original study's names", async () => {
  const paths = Object.keys(await written());
  expect(paths.filter((path) => path.includes("part2_lg_fu_t_fifty"))).toEqual([
    "batchFile/part2_lg_fu_t_fifty-0622-1458/tasks_batch_part2_lg_fu_t_fifty.jsonl",
    "batchFile/part2_lg_fu_t_fifty-0622-1458/openaiFileObjects.jsonl",
    "batchFile/part2_lg_fu_t_fifty-0622-1458/batchJobObjects.jsonl",
    "batchResult/part2_lg_fu_t_fifty-0622-1458/batchResult.jsonl",
  ]);
  expect(paths.filter((path) => !path.startsWith("batch"))).toEqual([
    "structured_api_data_longman_t_fifty_0622-1458.jsonl",
    "structured_api_data_longman_t_eighty_0622-1458.jsonl",
    "structured_api_data_unplaced_0622-1458.jsonl",
    "df_examples_updated_0622-1458.jsonl",
  ]);
  expect(new Set(paths).size).toBe(paths.length);
});

test("every record is in exactly one file: explanations by dataset, input and length, unreadable lines apart", async () => {
  const files = await written();
  const idsIn = (path: string) => files[path]?.map((line) => JSON.parse(line).original_custom_id);
  expect(idsIn("structured_api_data_longman_t_fifty_0622-1458.jsonl")).toEqual(
    ["BL", "Dict", "Collo2", "L2", "Mix2"].map((method) => `lg_fu_1_${method}_fON_zero_t_l_fifty`),
  );
  expect(idsIn("structured_api_data_unplaced_0622-1458.jsonl")).toEqual([null]);
});

test("the merged rows hold each row once, with what was matched for it by dataset, input and length", async () => {
  const rows = (await written())["df_examples_updated_0622-1458.jsonl"]?.map((line) => JSON.parse(line));
  expect(rows).toHaveLength(2);
  expect(rows?.[0]).toMatchObject({
    dataset: "lg",
    index: 1,
    learner_word: "made",
    causes_lg_fu_t_fifty: ["a cause"],
    causes_lg_fu_t_eighty: null,
    academic_writing_lg_fu_t_fifty: null,
    academic_writing_lg_fu_t_eighty: null,
  });
});

test("lines that come twice, as after a second run, are written once", async () => {
  expect(await written({ twice: true })).toEqual(await written());
});

test("a DATE that is none is refused before anything is written", () => {
  for (const date of [
    "0622_1458",
    "622-1458",
    "1301-0000",
    "0231-0000",
    "0622-2400",
    "0622-2460",
    "0622-1260",
    "2025-06-22",
    "../22-1458",
  ]) {
    expect(() => exportPlan(input({ date }))).toThrow(
      `DATE "${date}" is not MMDD-HHMM; give month, day, hour and minute, such as 0622-1458`,
    );
  }
  expect(exportPlan(input({ date: "0229-2359" })).length).toBeGreaterThan(0);
});
