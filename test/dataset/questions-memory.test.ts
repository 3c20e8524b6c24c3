import os from "node:os";
import path from "node:path";
import { openQuestions } from "corrigenda/dataset";
import { nodeDisk } from "corrigenda/files";
import { expect, test } from "vitest";

// Alone in its file, so in a process of its own: what another test has used and freed would hide what this one takes.
test("7,405 items of HotpotQA's size stream in less than 64 MB of extra memory", async () => {
  const disk = nodeDisk(path.join(os.tmpdir(), `corrigenda-array-${process.pid}`));
  const sentence = "A sentence as long as those of the encyclopedia are, with some words in it and a naïve letter. ";
  const rest = { question: "Q?", answer: "A", supporting_facts: [["Title 1", 1]], type: "bridge", level: "hard" };
  const context = Array.from({ length: 10 }, (_, at) => [`Title ${at}`, Array(6).fill(sentence)]);
  try {
    const out = await disk.append("dev.json", "bytes");
    for (let at = 0; at < 7_405; at += 5) {
      const five = [0, 1, 2, 3, 4].map((one) => JSON.stringify({ _id: `id${at + one}`, ...rest, context }));
      await out.write(`${at === 0 ? "[" : ","}${five.join(", ")}`);
    }
    await out.write("]");
    expect(out.size).toBeGreaterThan(44e6); // hotpot_dev_distractor_v1.json has 46 MB
    await out.close();
    const source = await openQuestions(disk, { dataset: "hotpotqa", from: "dev.json", split: "", folder: "", hub: {} });
    const before = process.memoryUsage.rss();
    let [rows, peak] = [0, 0];
    for await (const one of source.rows()) {
      rows += one.ok ? 1 : 0;
      if (rows % 50 === 0) peak = Math.max(peak, process.memoryUsage.rss());
    }
    expect(rows).toBe(7_405);
    expect((peak - before) / 2 ** 20).toBeLessThan(64); // 5 to 20 measured; the parsed file takes 185
  } finally {
    await disk.remove(".");
  }
});
