import { textLines } from "corrigenda/engine";
import { collect, memoryDisk, readText } from "corrigenda/files";
import { describe, expect, test } from "vitest";
import { openTraceFiles } from "../../lib/selfcorrect/trace-files.ts";
import { openTraces } from "../../lib/selfcorrect/trace-loop.ts";
import type { QuestionOrBad, TraceOutcome } from "../../lib/selfcorrect/trace-types.ts";
import { options, questions, reply } from "./trace-fixture.ts";

const bad: QuestionOrBad = { ok: false, kind: "bad", place: "data.csv:4", reason: "no question" };
const rows = [...questions(3), bad, bad, ...questions(2), bad];
const all = await collect(openTraces(options({ ask: async () => reply("1é") })).outcomes(rows));
const open = (disk: ReturnType<typeof memoryDisk>) => openTraceFiles({ disk, textLines }, (file) => `s/${file}`);
const written = async (outcomes: readonly TraceOutcome[]): Promise<ReturnType<typeof memoryDisk>> => {
  const disk = memoryDisk();
  await using files = await open(disk);
  for (const outcome of outcomes) await files.write(outcome);
  await files.sync();
  return disk;
};

describe("what a run wrote is taken over in order:", () => {
  test.each(Array.from({ length: 9 }, (_, n) => n))("the first %i of traces and failures", async (n) => {
    await using files = await open(await written(all.slice(0, n)));
    expect(await collect(files.kept())).toEqual(all.slice(0, n));
  });

  test("a file cut at any byte gives the whole lines before it, and writing goes on after them", async () => {
    const whole = await readText(await written(all), "s/traces.jsonl");
    const bytes = Buffer.from(whole);
    for (let size = 0; size <= bytes.length; size += 97) {
      const disk = memoryDisk();
      await disk.write("s/traces.jsonl", bytes.subarray(0, size));
      await using files = await open(disk);
      const kept = await collect(files.kept());
      expect(kept).toHaveLength(bytes.subarray(0, size).filter((byte) => byte === 10).length);
      for (const outcome of all.filter(({ ok }) => ok).slice(kept.length)) await files.write(outcome);
      expect(await readText(disk, "s/traces.jsonl")).toBe(whole);
    }
  });

  test("failures that stand behind lost traces are cut off too", async () => {
    const disk = await written(all);
    const traces = (await readText(disk, "s/traces.jsonl")).split("\n");
    await disk.write("s/traces.jsonl", `${traces.slice(0, 3).join("\n")}\n`);
    await using files = await open(disk);
    expect(await collect(files.kept())).toEqual(all.slice(0, 5));
  });

  test("a damaged line in the middle is named, not passed over", async () => {
    const disk = await written(all);
    const traces = (await readText(disk, "s/traces.jsonl")).split("\n");
    traces[1] = traces[1]?.slice(0, 40) ?? "";
    await disk.write("s/traces.jsonl", traces.join("\n"));
    await using files = await open(disk);
    await expect(collect(files.kept())).rejects.toThrow("s/traces.jsonl:2 is damaged");
  });
});
