import type { DataInput, RowOrBad } from "corrigenda/dataset";
import { collect, nodeDisk, readText } from "corrigenda/files";
import {
  type DraftRow,
  prepare,
  readBea2019,
  readCsvRows,
  readFce,
  readJsonRows,
  readLongman,
  readM2,
} from "corrigenda/whyfix/data";
import { expect, test } from "vitest";

const disk = nodeDisk(`${import.meta.dirname}/../golden/whyfix-data`);
const readers: Readonly<Record<string, (input: DataInput) => AsyncIterable<RowOrBad<DraftRow>>>> = {
  xml: readFce,
  "bea.jsonl": readBea2019,
  m2: (input) => readM2(input),
  "longman.m2": readLongman,
  csv: readCsvRows,
  json: readJsonRows,
  jsonl: readJsonRows,
};

const files = await disk.list(".");
const goldens = files.filter((file) => file.endsWith(".expected.json"));

test("there are golden files for every reader", () => {
  const forms = goldens.map((golden) => inputOf(golden).form);
  expect(new Set(forms)).toEqual(new Set(Object.keys(readers)));
});

for (const golden of goldens) {
  test(`${golden}: every row, and every reason why something is none, in the order of the file`, async () => {
    const { file, form } = inputOf(golden);
    const read = readers[form];
    const expected = JSON.parse(await readText(disk, golden)) as (Record<string, unknown> & { absent?: string[] })[];
    if (!read) throw new Error(`no reader for ${file}`);
    const items = await collect(prepare(read({ file, bytes: disk.read(file) })));
    const seen = items.map((item) =>
      item.ok ? item.row : { kind: item.kind, place: item.place, reason: item.reason },
    );
    expect(seen).toMatchObject(expected.map(({ absent: _absent, ...fields }) => fields));
    for (const [at, { absent = [] }] of expected.entries()) {
      for (const name of absent) expect(seen[at]).not.toHaveProperty(name);
    }
  });
}

function inputOf(golden: string): { file: string; form: string } {
  const stem = golden.replace(/expected\.json$/, "");
  const file = files.find((name) => name.startsWith(stem) && name !== golden) ?? "";
  return { file, form: file.slice(stem.length) };
}
