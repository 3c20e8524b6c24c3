import { readTable, writeLines } from "corrigenda/engine";
import { memoryDisk } from "corrigenda/files";
import { evaluationPage, lacksEvaluation, pagesBeside, type Rating, ratingStages, ratingsOf } from "corrigenda/whyfix";
import { expect, test } from "vitest";

const RUN = "whyfix/0622-1458";
const rating = (id: string, value: string): Rating => ({
  ...{ id, rater: "anna", scale: "Accuracy", data_index: 0, method: "mix", item: "a", value },
});

test("imports of ratings count from the oldest on, finished ones alone; a cell that came back twice counts as it came back last", async () => {
  const stage = (name: string, startedAt: string, state: "finished" | "open" = "finished") => ({
    ...{ stage: name, state, startedAt },
  });
  const stages = [
    stage("ratings-00000001", "2026-01-02T00:00:00.000Z"),
    stage("ratings-00000002", "2026-01-01T00:00:00.000Z"),
    stage("ratings-00000003", "2026-01-01T00:00:00.000Z", "open"),
    stage("ratings-export", "2026-01-01T00:00:00.000Z"),
  ];
  expect(ratingStages(stages)).toEqual(["ratings-00000002", "ratings-00000001"]);
  const disk = memoryDisk();
  const write = (name: string, ratings: readonly Rating[]) =>
    writeLines(disk, `${RUN}/${name}/ratings.jsonl`, () => ratings.map((one) => JSON.stringify(one)));
  await write("ratings-00000002", [rating("x", "1"), rating("y", "2")]);
  await write("ratings-00000001", [rating("x", "5")]);
  const found = await ratingsOf(readTable, disk, RUN, ratingStages(stages));
  expect(found.map(({ id, value }) => [id, value])).toEqual([
    ["x", "5"],
    ["y", "2"],
  ]);
});

test("pages lead to each other only where they are there", async () => {
  const disk = memoryDisk();
  expect(await pagesBeside(disk, RUN, ["ratings-00000001"])).toEqual([]);
  expect([await evaluationPage(disk, RUN), await lacksEvaluation(disk, RUN)]).toEqual([[], false]);
  await disk.write(`${RUN}/report.html`, "a page of before");
  await disk.write(`${RUN}/ratings-00000001/report.html`, "ratings");
  await disk.write(`${RUN}/evaluation/report.html`, "evaluation");
  expect((await pagesBeside(disk, RUN, ["ratings-00000001"])).map(({ href }) => href)).toEqual([
    "../report.html",
    "../ratings-00000001/report.html",
  ]);
  const [link] = await evaluationPage(disk, RUN);
  expect([link?.href, await lacksEvaluation(disk, RUN)]).toEqual(["evaluation/report.html", true]);
  await disk.write(`${RUN}/report.html`, `<a href="${link?.href}">`);
  expect(await lacksEvaluation(disk, RUN)).toBe(false);
});
