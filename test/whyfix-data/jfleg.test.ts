import { collect, nodeDisk } from "corrigenda/files";
import { type Drops, rowsOnly, sampleSource } from "corrigenda/whyfix/data";
import { expect, test } from "vitest";

const disk = nodeDisk(`${import.meta.dirname}/../..`);
const file = "../shared/data/learner/jfleg_dev.m2";
const present = (await disk.size(file)) !== undefined;
if (!present) console.warn(`skipped: ${disk.resolve(file)} is not here`);

test.skipIf(!present)("JFLEG dev: 754 sentences give 1,008 rows, 44 of them their sentence's only edit", async () => {
  const drops: Drops = new Map();
  const source = sampleSource(`jfleg:${file}`, "small");
  const rows = await collect(rowsOnly(source.rows({ file: "jfleg_dev.m2", bytes: disk.read(file) }), drops));
  const count = (reason: string): number => drops.get(reason)?.count ?? 0;
  // Counted apart from this reader, by a few lines of Python over the same file.
  expect([rows.length, rows.filter((row) => row.single_edit).length]).toEqual([1008, 44]);
  expect(count("an edit lies outside the sentence")).toBe(4);
  const untouched = count("annotator 0 changed nothing");
  let sentences = 0;
  for (const line of Buffer.concat(await collect(disk.read(file)))
    .toString()
    .split("\n"))
    sentences += line.startsWith("S ") ? 1 : 0;
  expect([sentences, untouched]).toEqual([754, 96]);
});
