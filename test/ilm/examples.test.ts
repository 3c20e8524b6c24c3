import { collect, memoryDisk, nodeDisk, readText } from "corrigenda/files";
import {
  blockMasker,
  type CorpusBlock,
  corpusBlocks,
  countDocuments,
  documentChance,
  ExamplesLine,
  type ExamplesOrigin,
  exampleLines,
  examplesWriter,
  fromLine,
  inOrder,
  type MaskedDocument,
  type MaskPlan,
  maskClass,
  maskDocument,
  maskedSplit,
  openExamples,
  readRecord,
  recordWriter,
  SOURCE_LIMITS,
  sourceMasker,
  toLine,
} from "corrigenda/ilm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const TYPES = ["document", "paragraph", "sentence", "ngram", "word"];
const origin: ExamplesOrigin = {
  ...{ maskClass: "ilm.mask.hierarchical.MaskHierarchical", types: TYPES, p: 0.03, seed: 0, rng: "keyed" },
  ...{ source: "train.txt", split: "train", examplesPerDocument: 16 },
};

/** Documents of any text, with spans in order and without overlap. */
const documents = fc
  .tuple(fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 }), fc.array(fc.array(fc.nat(4), { maxLength: 6 })))
  .map(([text, masks]): MaskedDocument => {
    const step = Math.max(2, Math.floor(text.length / 7));
    const examples = masks.map((mask) =>
      mask.flatMap((type, at) => (at * step + 1 <= text.length ? [type, at * step, 1 + (step % 2 === 0 ? 0 : 1)] : [])),
    );
    return { text: text.toWellFormed(), examples };
  });

describe("a file of examples", () => {
  test("gives every document back, from the start, one by one, and by example", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(documents, { maxLength: 8 }), async (all) => {
        const disk = memoryDisk();
        const writer = await examplesWriter(disk, origin);
        const records = recordWriter();
        for (const [at, one] of all.entries()) {
          records.add(one);
          if (at % 3 === 2) await writer.write(records.take());
        }
        await writer.write(records.take());
        expect(await writer.commit("a.ilm")).toBe(await disk.size("a.ilm"));
        const file = await openExamples(disk, "a.ilm");
        expect(file.header).toMatchObject({ ...origin, documents: all.length });
        expect(await collect(file.documents())).toEqual(all);
        expect(await collect(file.documents(1, 3))).toEqual(all.slice(1, 3));
        let example = 0;
        for (const [number, { examples }] of all.entries()) {
          expect(await file.document(number)).toEqual(all[number]);
          for (const place of examples.keys())
            expect(file.locate(example++)).toEqual({ document: number, example: place });
        }
        expect(file.header.examples).toBe(example);
        expect(() => file.locate(example)).toThrow(`no example ${example} of ${example}`);
        await file.close();
      }),
      { numRuns: 60 },
    );
  });

  test("that was cut off, or is another file, is refused", async () => {
    const disk = memoryDisk();
    const writer = await examplesWriter(disk, origin);
    const records = recordWriter();
    records.add({ text: "Hi", examples: [[4, 0, 2]] });
    await writer.write(records.take());
    await writer.commit("a.ilm");
    const [bytes = new Uint8Array()] = await collect(disk.read("a.ilm"));
    for (const length of [0, 5, 30, bytes.length - 1]) {
      await disk.write("b.ilm", bytes.subarray(0, length));
      await expect(openExamples(disk, "b.ilm")).rejects.toThrow("b.ilm is no file of examples, or was cut off");
    }
    await expect(openExamples(disk, "c.ilm")).rejects.toThrow("create-ilm-examples.ts makes it");
    expect(() => readRecord(Uint8Array.of(0x80))).toThrow("the record is cut off");
  });
});

describe("JSONL counts offsets in Python's code points", () => {
  test("so that Python finds the words", () => {
    const text = "🙂 Ça 日本 🙂 ok";
    const line = toLine({ text, examples: [[4, text.indexOf("日本"), 2, 4, text.indexOf("ok"), 2]] }, TYPES);
    // Python: [*"🙂 Ça 日本 🙂 ok"].index("日") == 5, .index("o") == 10
    expect(line.examples).toEqual([
      [
        ["word", 5, 2],
        ["word", 10, 2],
      ],
    ]);
  });

  test("and comes back as it was", () => {
    fc.assert(
      fc.property(documents, (one) => {
        // Spans of whole characters: no end in the middle of a pair.
        const inPair = (at: number): boolean => (one.text.codePointAt(at - 1) ?? 0) > 0xffff;
        const examples = one.examples.filter((spans) =>
          spans.every((value, at) => at % 3 !== 1 || !(inPair(value) || inPair(value + (spans[at + 1] ?? 0)))),
        );
        const document = { text: one.text, examples };
        expect(fromLine(ExamplesLine.parse(JSON.parse(JSON.stringify(toLine(document, TYPES)))), TYPES)).toEqual(
          document,
        );
      }),
    );
    expect(() => fromLine({ text: "a", examples: [[["stanza", 0, 1]]] }, TYPES)).toThrow("no type stanza");
  });
});

const texts = ["Hi! I am Ana.", "My name is Bob.\nI goed home.", "“Oh”, she said 🙂.", "One more. And one.", "Ende."];
const bytesOf = (text: string): Buffer => Buffer.from(text);
async function* parts(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const plan: MaskPlan = { maskClass: "MaskHierarchical", seed: 3, limits: SOURCE_LIMITS };

describe("documents of a corpus file", () => {
  const file = bytesOf(texts.join("\n\n\n"));
  const expected = texts.map((text, number) =>
    maskDocument(text, maskClass("MaskHierarchical"), documentChance(3, number), SOURCE_LIMITS, {
      retries: new Map(),
      dropped: new Map(),
    }),
  );

  async function masked(blocks: AsyncIterable<CorpusBlock>, more: Partial<MaskPlan> = {}): Promise<MaskedDocument[]> {
    const mask = blockMasker({ ...plan, ...more });
    const all: MaskedDocument[] = [];
    for await (const block of blocks) {
      const { bytes, index } = mask(block);
      for (let at = 0, left = index.length; left > 0; left--) {
        const { document, next } = readRecord(bytes, at);
        all.push(document);
        at = next;
      }
    }
    return all;
  }

  test("are masked by seed and number, however the file is cut into blocks", async () => {
    for (const size of [1, 7, 30, 1000])
      for (const block of [1, 20, 1000]) expect(await masked(corpusBlocks(parts(file, size), block))).toEqual(expected);
    expect(await countDocuments(parts(file, 9))).toBe(5);
    expect(await masked(corpusBlocks(parts(file, 11), 20), { documents: 3 })).toEqual(expected.slice(0, 3));
  });

  test("are cut at two blank lines whatever the line ends are, as Python reads them", async () => {
    const windows = bytesOf(`\r\n${texts.join("\r\n\r\n\r\n")}\r\n`);
    for (const size of [1, 2, 3, 1000]) {
      const found = (await masked(corpusBlocks(parts(windows, size), 10))).map(({ text }) => text);
      expect(found).toEqual(texts);
    }
  });

  test("that are empty are left out, and the others keep their numbers", async () => {
    const gap = bytesOf([texts[0], "", texts[2]].join("\n\n\n"));
    for (const size of [1, 4, 1000])
      expect(await masked(corpusBlocks(parts(gap, size), 5))).toEqual([expected[0], expected[2]]);
  });

  test("come in order from workers that end out of order", async () => {
    const wait = [30, 1, 10, 1, 20];
    const work = async (item: number): Promise<number> => {
      await new Promise((done) => setTimeout(done, wait[item]));
      return item;
    };
    expect(await collect(inOrder([0, 1, 2, 3, 4], [work, work]))).toEqual([0, 1, 2, 3, 4]);
    const failing = inOrder([1, 2], [() => Promise.reject(new Error("thread ended"))]);
    await expect(collect(failing)).rejects.toThrow("thread ended");
  });

  test("with the source's draws are shuffled and masked by one generator", () => {
    const blocks = [...sourceMasker([...texts], plan)];
    const bytes = blocks[0]?.bytes ?? new Uint8Array();
    const order: number[] = [];
    for (let at = 0; at < bytes.length; ) {
      const { document, next } = readRecord(bytes, at);
      order.push(texts.indexOf(document.text));
      at = next;
    }
    // Python 3.11: random.seed(3); x = list(range(5)); random.shuffle(x)
    expect(order).toEqual([0, 2, 3, 4, 1]);
  });
});

describe("with --rng python masks are those of the source's program", async () => {
  interface Case {
    readonly seed: number;
    readonly most: number | null;
    readonly documents: readonly ExamplesLine[];
  }
  const golden = JSON.parse(await readText(nodeDisk("test/golden/ilm"), "examples.json")) as Case[];
  const lines = (await readText(nodeDisk("data/sample/ilm"), "merlin-de.jsonl")).split("\n").slice(0, 30);
  const sample = lines.map((line) => (JSON.parse(line) as { text: string }).text.trim());

  test.each(golden)("seed $seed, at most $most spans", ({ seed, most, documents: expected }) => {
    const limits = { ...SOURCE_LIMITS, maxSpans: most ?? undefined };
    const found: ExamplesLine[] = [];
    for (const { bytes } of sourceMasker([...sample], { maskClass: "MaskHierarchical", seed, limits }))
      for (let at = 0; at < bytes.length; ) {
        const { document, next } = readRecord(bytes, at);
        found.push(toLine(document, TYPES));
        at = next;
      }
    expect(found).toEqual(expected);
  });
});

test("JSONL of a file has a line a document", async () => {
  const disk = memoryDisk();
  const writer = await examplesWriter(disk, origin);
  const records = recordWriter();
  for (const text of texts) records.add({ text, examples: [[0, 0, text.length], []] });
  await writer.write(records.take());
  await writer.commit("a.ilm");
  const lines = (await collect(exampleLines(disk, "a.ilm"))).map((line) => JSON.parse(line));
  expect(lines.map(({ text }) => text)).toEqual(texts);
  expect(lines[2].examples).toEqual([[["document", 0, 17]], []]); // 18 units, 17 code points
});

test("valid examples are made of the valid text: no other split is taken under its name", () => {
  expect(["train", "valid", "test"].map((tag) => maskedSplit(tag, {}))).toEqual(["train", "valid", "test"]);
  expect(maskedSplit("small", { dataSplit: "test" })).toBe("test");
  expect(() => maskedSplit("valid", { dataSplit: "train" })).toThrow("valid would be made of the train text");
  expect(() => maskedSplit("small", {})).toThrow("say whose text is masked with --data-split");
});
