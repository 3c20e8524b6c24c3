import os from "node:os";
import path from "node:path";
import { openQuestions, type QuestionOptions, type QuestionRow, questionSets } from "corrigenda/dataset";
import { collect, memoryDisk, nodeDisk } from "corrigenda/files";
import { openTables } from "corrigenda/frame";
import type { Question } from "corrigenda/selfcorrect";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { CONVERTED_SHA, type HubServer, type Served, SHA, serveHub } from "./hub-server.ts";

const repository = nodeDisk(`${import.meta.dirname}/../..`);
const disk = nodeDisk(path.join(os.tmpdir(), `corrigenda-questions-${process.pid}`));
afterAll(() => disk.remove("."));

const LOCAL = { split: "", folder: "", hub: {} };

/** Rows of a file's text as they are, "place: reason" of what is none. */
async function read(dataset: string, name: string, text: string, limit?: number): Promise<(QuestionRow | string)[]> {
  const memory = memoryDisk();
  await memory.write(name, text);
  const source = await openQuestions(memory, { ...LOCAL, dataset, from: name, limit });
  return (await collect(source.rows())).map((one) => (one.ok ? one.row : `${one.place}: ${one.reason}`));
}

const lines = (...records: unknown[]): string => records.map((one) => `${JSON.stringify(one)}\n`).join("");

describe("GSM8K", () => {
  test("gives the question and the number behind ####; the id is a hash of the question", async () => {
    const [a, b] = [
      { question: "1,000 + 1?", answer: "x\n#### 1,001" },
      { question: "Debt?", answer: "#### -5" },
    ];
    const ids = (await read("gsm8k", "t.jsonl", lines(a, b))).map((one) => (typeof one === "string" ? one : one.id));
    expect(await read("gsm8k", "t.jsonl", lines(b, a))).toEqual([
      { id: ids[1], question: "Debt?", reference_answer: "-5" },
      { id: ids[0], question: "1,000 + 1?", reference_answer: "1001" },
    ]);
    expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
  });

  test("records what is none, with line and reason, and goes on; a question that comes again is one", async () => {
    const good = { question: "Q?", answer: "#### 1" };
    const text = `${lines({ answer: "#### 1" }, { question: "Q?", answer: "1" })}{"question"\n\n[1]\n${lines(good, good)}`;
    expect(await read("gsm8k", "t.jsonl", text)).toEqual([
      't.jsonl:1: "question" is missing or not of its form',
      't.jsonl:2: "answer" is missing or not of its form',
      "t.jsonl:3: not JSON",
      "t.jsonl:5: no object",
      expect.objectContaining({ reference_answer: "1" }),
      "t.jsonl:7: an earlier row has the same id",
    ]);
  });
});

describe("HotpotQA", () => {
  const common = { question: "Q?", answer: "yes", type: "bridge", level: "hard" };
  const original = {
    _id: "h1",
    ...common,
    supporting_facts: [
      ["B", 0],
      ["A", 1],
    ],
    context: [
      ["A", ["One.", " Two."]],
      ["B", ["Three."]],
    ],
  };
  const ofHub = {
    ...{ id: "h1", ...common, supporting_facts: { title: ["B", "A"], sent_id: [0, 1] } },
    context: { title: ["A", "B"], sentences: [["One.", " Two."], ["Three."]] },
  };
  const row = {
    ...{ id: "h1", question: "Q?", reference_answer: "yes", context: "A\nOne. Two.\n\nB\nThree." },
    supporting_facts: [
      ["B", 0],
      ["A", 1],
    ],
  };

  test("is the same row in the original schema and in the hub's", async () => {
    for (const record of [original, ofHub]) {
      expect(await read("hotpotqa", "h.json", JSON.stringify([record]))).toEqual([row]);
      expect(await read("hotpotqa-fullwiki", "h.jsonl", lines(record))).toEqual([row]);
    }
  });

  test.each<[string, object]>([
    ["answer", { ...original, answer: undefined }], // as in the test split
    ["answer", { ...ofHub, answer: null }],
    ["id", { ...common, context: [] }],
    ["context", { ...original, context: undefined }],
    ["context", { ...original, context: [["A", "One."]] }],
    ["context", { ...original, context: [["A", [1]]] }],
    ["context", { ...ofHub, context: { title: ["A", "B"], sentences: [["One."]] } }],
    ["context", { ...original, context: "A" }],
    ["supporting_facts", { ...original, supporting_facts: [["A", -1]] }],
    ["supporting_facts", { ...original, supporting_facts: [null] }],
    ["supporting_facts", { ...ofHub, supporting_facts: { title: ["A"] } }],
  ])("with a spoilt %s is a bad row", async (field, record) => {
    expect(await read("hotpotqa", "h.jsonl", lines(record))).toEqual([
      `h.jsonl:1: "${field}" is missing or not of its form`,
    ]);
  });
});

describe("BoolQ", () => {
  test("is the same text in the original form and in SuperGLUE's, whose idx is the id", async () => {
    const original = { question: "is it", title: "It", answer: true, passage: "It is." };
    const superGlue = { question: "is it", passage: "It -- It is.", idx: 7, label: true };
    const [one, two] = await read("boolq", "b.jsonl", lines(original, superGlue));
    const row = { question: "is it", reference_answer: "yes", context: "It -- It is." };
    expect([one, two]).toEqual([
      { id: expect.stringMatching(/^[0-9a-f]{16}$/), ...row },
      { id: "7", ...row },
    ]);
  });

  test("knows truth values and 0 and 1; a label of -1 is none, as in the test split", async () => {
    const of = (label: unknown, idx: number): object => ({ question: "q", passage: "p", idx, label });
    const rows = await read("boolq", "b.jsonl", lines(of(1, 1), of(0, 2), of(false, 3), of(-1, 4), of(undefined, 5)));
    const bad = '"answer" is missing or not of its form';
    const short = rows.map((one) => (typeof one === "string" ? one : one.reference_answer));
    expect(short).toEqual(["yes", "no", "no", `b.jsonl:4: ${bad}`, `b.jsonl:5: ${bad}`]);
  });
});

describe("a data set of one's own", () => {
  test("is CSV with quoted lines and names in any case; without an id it has the question's hash", async () => {
    const head = "\uFEFFID,Question,reference_answer,note\r\n";
    const text = `${head}1,"Why, ""so""?\nTell me.",42,x\r\n,Which?, yes ,\r\n2,short\r\n3,Q,,x\r\n1,again,1,\r\n4,"open,1,x`;
    expect(await read("my set", "u.csv", text)).toEqual([
      { id: "1", question: 'Why, "so"?\nTell me.', reference_answer: "42" },
      { id: expect.stringMatching(/^[0-9a-f]{16}$/), question: "Which?", reference_answer: " yes " },
      "u.csv:5: more or fewer fields than the first line names",
      'u.csv:6: "reference_answer" is missing or not of its form',
      "u.csv:7: an earlier row has the same id",
      "u.csv:8: a quote is never closed",
    ]);
  });

  test("is JSONL or a JSON array with numbers and truth values as well, and a text to read where there is one", async () => {
    const record = { id: 5, question: "6 * 7?", reference_answer: 42, context: "Tables." };
    const row = { id: "5", question: "6 * 7?", reference_answer: "42", context: "Tables." };
    expect(await read("csv", "u.jsonl", lines(record, { question: "Is it?", reference_answer: false }))).toEqual([
      row,
      expect.objectContaining({ reference_answer: "false" }),
    ]);
    expect(await read("csv", "u.json", JSON.stringify([record]))).toEqual([row]);
  });

  test("keeps its name and may not leave the machine; the known ones may", async () => {
    const open = (dataset: string) =>
      openQuestions(repository, { ...LOCAL, dataset, from: "data/sample/selfcorrect/gsm8k.jsonl" });
    const own = await open("my set");
    expect([own.name, own.declaration.name, own.declaration.mayLeaveMachine]).toEqual(["my set", "user", false]);
    for (const name of questionSets) {
      const { declaration } = await open(name);
      expect([name.startsWith(declaration.name), declaration.mayLeaveMachine]).toEqual([true, true]);
    }
  });
});

test("the sample holds 50, 20 and 32 questions and no bad row, each a Question of the study", async () => {
  const counts: (readonly [string, number, number])[] = [];
  for (const [dataset, name] of [
    ["gsm8k", "gsm8k.jsonl"],
    ["hotpotqa", "hotpotqa.json"],
    ["boolq", "boolq.jsonl"],
  ] as const) {
    const from = `data/sample/selfcorrect/${name}`;
    const rows = await collect((await openQuestions(repository, { ...LOCAL, dataset, from })).rows());
    const questions: Question[] = rows.flatMap((one) => (one.ok ? [one.row] : []));
    counts.push([dataset, questions.length, rows.length]);
  }
  expect(counts).toEqual([
    ["gsm8k", 50, 50],
    ["hotpotqa", 20, 20],
    ["boolq", 32, 32],
  ]);
});

test("a limit counts questions, not bad rows, and the file is read no further", async () => {
  const good = (at: number): object => ({ question: `Q${at}?`, reference_answer: at });
  const text = lines(good(1), {}, good(2), {}, good(3));
  expect((await read("mine", "u.jsonl", text, 2)).length).toBe(3);
  expect(await read("mine", "u.jsonl", text, 0)).toEqual([]);
});

test("any JSON at all gives one row or one reason for each line, never an error", async () => {
  const names = [
    "id",
    "_id",
    "question",
    "answer",
    "label",
    "idx",
    "passage",
    "context",
    "supporting_facts",
    "reference_answer",
    "__proto__",
  ];
  const value = fc.oneof(
    fc.constantFrom<unknown>("x", "#### 1", true, 1, [["A", ["s"]]], [["A", 0]], { title: ["A"], sent_id: [0] }),
    fc.jsonValue(),
  );
  const record = fc.dictionary(fc.constantFrom(...names), value);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(record, fc.jsonValue())),
      fc.constantFrom(...questionSets, "mine"),
      async (records, dataset) => {
        expect((await read(dataset, "x.jsonl", lines(...records))).length).toBe(records.length);
      },
    ),
    { numRuns: 150 },
  );
});

describe("the Hugging Face hub", () => {
  let server: HubServer | undefined;
  const made = new Map<string, Uint8Array>();
  const parquet = (name: string): Uint8Array => made.get(name) ?? new Uint8Array();
  const open = async (served: Served, options: Partial<QuestionOptions>) => {
    server = await serveHub(served);
    return openQuestions(disk, {
      split: "train",
      folder: ".hub",
      hub: { endpoint: server.url },
      dataset: "",
      ...options,
    });
  };
  beforeAll(async () => {
    await disk.write("made/x", "");
    await using tables = await openTables({ disk });
    const make = async (name: string, sql: string): Promise<void> => {
      await tables.write(`made/${name}.parquet`, sql);
      made.set(name, Buffer.concat(await collect(disk.read(`made/${name}.parquet`))));
    };
    await make("gsm8k", "select 'Q' || i as question, 'x' || chr(10) || '#### ' || i as answer from range(3000) t(i)");
    const facts = "{'title': ['A'], 'sent_id': [1::int]} as supporting_facts";
    const context = "{'title': ['A', 'B'], 'sentences': [['One.', ' Two.'], ['Three.']]} as context";
    await make(
      "hotpotqa",
      `select 'h' || i as id, 'Q?' as question, 'A' as answer, ${facts}, ${context} from range(2) t(i)`,
    );
    await make("boolq", "select 'q' as question, i = 0 as answer, 'p' || i as passage from range(2) t(i)");
    await make("own", "select 1::bigint as ID, 'Q?' as Question, 2.5 as reference_answer union all select 2, null, 3");
  });
  afterEach(async () => {
    await server?.close();
    await disk.remove(".hub");
  });

  test("gives GSM8K at the pinned commit, its main configuration alone", async () => {
    const pinned = "740312add88f781978c0658806c59bc2815b9866";
    const main = "main/train-00000-of-00001.parquet";
    const files = { [main]: parquet("gsm8k"), "a/train-0.parquet": parquet("boolq") };
    const source = await open({ dataset: "openai/gsm8k", pinned, files }, { dataset: "gsm8k" });
    expect([source.name, source.declaration.licence, source.revision, source.files]).toEqual([
      ...["gsm8k", "MIT", pinned],
      [`.hub/openai--gsm8k/${pinned}/${main}`],
    ]);
    const rows = await collect(source.rows());
    expect([rows.length, rows.every(({ ok }) => ok)]).toEqual([3_000, true]);
    expect(rows[2_999]).toMatchObject({
      place: `${source.files[0]}, row 3000`,
      row: { question: "Q2999", reference_answer: "2999" },
    });
  });

  test("gives the part of HotpotQA that is meant, from the hub's own conversion where there is no other", async () => {
    const bytes = parquet("hotpotqa");
    const converted = { "distractor/train/0000.parquet": new Uint8Array(), "fullwiki/train/0000.parquet": bytes };
    const source = await open(
      { dataset: "hotpotqa/hotpot_qa", files: {}, converted },
      { dataset: "hotpotqa-fullwiki" },
    );
    expect(source.revision).toBe(CONVERTED_SHA);
    const [first] = await collect(source.rows());
    const row = {
      id: "h0",
      question: "Q?",
      reference_answer: "A",
      context: "A\nOne. Two.\n\nB\nThree.",
      supporting_facts: [["A", 1]],
    };
    expect(first).toMatchObject({ ok: true, row });
  });

  test("gives BoolQ, also by its name there, and any data set with the three columns, which may not leave", async () => {
    const files = { "data/train-00000-of-00001.parquet": parquet("boolq") };
    const boolq = await open({ dataset: "google/boolq", files }, { dataset: "google/boolq" });
    const answers = (await collect(boolq.rows())).map((one) => (one.ok ? one.row.reference_answer : one.reason));
    expect([boolq.name, boolq.revision, answers]).toEqual(["boolq", SHA, ["yes", "no"]]);
    await server?.close();
    const own = await open({ dataset: "me/mine", files: { "train.parquet": parquet("own") } }, { dataset: "me/mine" });
    expect([own.name, own.declaration.name, own.declaration.mayLeaveMachine]).toEqual(["me/mine", "hub", false]);
    const [first, second] = await collect(own.rows());
    expect(first).toMatchObject({ row: { id: "1", question: "Q?", reference_answer: "2.5" } });
    expect(second).toMatchObject({ ok: false, reason: '"question" is missing or not of its form' });
  });
});

describe("says in one sentence", () => {
  const open = (dataset: string, from?: string) => openQuestions(memoryDisk(), { ...LOCAL, dataset, from });
  test("which data sets there are, that a file is missing, which endings are read", async () => {
    await expect(open("gsm9k")).rejects.toThrow(
      'the hub has no data set "gsm9k"; give gsm8k, hotpotqa, hotpotqa-fullwiki, boolq, <owner>/<name>, or a file: --from',
    );
    await expect(open("gsm8k", "none.jsonl")).rejects.toThrow("none.jsonl does not exist; see --from");
    await expect(open("gsm8k", "x.txt")).rejects.toThrow(
      "x.txt: its ending says no format; .csv, .json, .jsonl or .parquet is read",
    );
  });
});
