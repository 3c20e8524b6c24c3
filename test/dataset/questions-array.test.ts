import { openQuestions } from "corrigenda/dataset";
import { collect, memoryDisk } from "corrigenda/files";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const ITEM = {
  _id: "x",
  question: "Q?",
  answer: "A",
  context: [["T", ["One. ", "Two."]]],
  supporting_facts: [["T", 1]],
};
const item = (id: string): string => JSON.stringify({ ...ITEM, _id: id });

/** Where the item behind "[", the first one and "," starts. */
const SECOND = 1 + item("a").length + 1;

/** Ids of the rows, "place: reason" of what is none. */
async function read(text: string | Uint8Array, block = Number.POSITIVE_INFINITY): Promise<string[]> {
  const disk = memoryDisk();
  await disk.write("h.json", text);
  const whole = disk.read;
  const pieces: typeof disk.read = async function* (...place) {
    for await (const part of whole(...place))
      for (let at = 0; at < part.length; at += block) yield part.subarray(at, Math.min(part.length, at + block));
  };
  const options = { dataset: "hotpotqa", from: "h.json", split: "", folder: "", hub: {} };
  const source = await openQuestions({ ...disk, read: pieces }, options);
  return (await collect(source.rows())).map((one) => (one.ok ? one.row.id : `${one.place}: ${one.reason}`));
}

describe("a JSON array", () => {
  test.each<[what: string, text: string, rows: string[]]>([
    ["of three", `[${item("a")}, ${item("b")},\n${item("c")}]\n`, ["a", "b", "c"]],
    ["behind a byte order mark", `\uFEFF [${item("a")}]`, ["a"]],
    ["of none", " [ ] ", []],
    ["with a trailing comma", `[${item("a")},]`, ["a", `h.json[1] (byte ${SECOND}): a comma without an item`]],
    [
      "with a comma too many",
      `[${item("a")},,${item("b")}]`,
      ["a", `h.json[1] (byte ${SECOND}): a comma without an item`, "b"],
    ],
    [
      "that is cut off in an item",
      `[${item("a")},${item("b").slice(0, 40)}`,
      ["a", `h.json[1] (byte ${SECOND}): the array ends in the middle: is the file cut off?`],
    ],
    [
      "that is cut off behind an item",
      `[${item("a")}`,
      ["h.json[0] (byte 1): the array ends in the middle: is the file cut off?"],
    ],
    [
      "with a bad item in the middle",
      `[${item("a")},{"_id":nope},${item("c")}]`,
      ["a", `h.json[1] (byte ${SECOND}): not JSON`, "c"],
    ],
    [
      "with a bracket that is never closed",
      `[${item("a")},{"_id":"b","context":[,${item("c")}]`,
      ["a", `h.json[1] (byte ${SECOND}): the array ends in the middle: is the file cut off?`],
    ],
    [
      "with items that are no objects",
      `[1,[2],"x,]",null,${item("a")}]`,
      [
        ...[
          [0, 1],
          [1, 3],
          [2, 7],
          [3, 13],
        ].map(([at, byte]) => `h.json[${at}] (byte ${byte}): no object`),
        "a",
      ],
    ],
    [
      "with more behind it",
      `[${item("a")}] {}`,
      ["a", `h.json[1] (byte ${SECOND + 1}): text behind the end of the array`],
    ],
    [
      "that is an object",
      `{"data": [${item("a")}]}`,
      ["h.json[0] (byte 0): not a JSON array: write one object a line and name the file .jsonl"],
    ],
    ["that is nothing", "", ["h.json[0] (byte 0): not a JSON array: the file is empty"]],
  ])("%s", async (_, text, rows) => {
    expect(await read(text)).toEqual(rows);
    expect(await read(text, 7)).toEqual(rows);
  });

  test("whose item is longer than 16 MiB is not read on: memory stays bounded", async () => {
    const text = `[${item("a")},"${"x".repeat(17 * 2 ** 20)}`;
    expect(await read(text, 2 ** 16)).toEqual([
      "a",
      `h.json[1] (byte ${SECOND}): an item of more than 16 MiB: is its end lost? the rest is not read`,
    ]);
  });

  test("of any JSON values is what JSON.parse makes of it, however it is cut into blocks and spaced", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.json()),
        fc.integer({ min: 1, max: 9 }),
        fc.nat({ max: 2 }),
        async (texts, block, space) => {
          const ids = texts.map((_, at) => `é"\\[${at}]`);
          const items = texts.map((text, at) =>
            JSON.stringify({ ...ITEM, _id: ids[at], more: JSON.parse(text) }, null, space),
          );
          expect(await read(`[${items.join(" , ")}]`, block)).toEqual(ids);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("that is damaged anywhere gives rows and reasons, never an error", async () => {
    const whole = Buffer.from(`[${[item("a"), item("b"), item("c")].join(",")}]`);
    const damage = fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(damage, fc.nat({ max: whole.length }), async (bytes, length) => {
        const text = Buffer.from(whole);
        for (const [at, byte] of bytes) text[at] = byte;
        const rows = await read(text.subarray(0, length), 16);
        expect(rows.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});
