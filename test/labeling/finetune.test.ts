import { spawnSync } from "node:child_process";
import {
  answerText,
  byLength,
  dataCard,
  dataFiles,
  duplicateGroups,
  type FinetuneRecord,
  finetuneData,
  joinPages,
  type LeftOut,
  mergeManual,
  paperFiles,
  readManual,
  readPayload,
  splitRecords,
  splitWarnings,
  tableRows,
  unslothScript,
} from "corrigenda/labeling";
import { keyedRng } from "corrigenda/rng";
import { describe, expect, test } from "vitest";
import { each, mention, page } from "./fixture.ts";

const shares = { train: 0.8, valid: 0.1, test: 0.1 };
const byDocument = { by: "document", seed: 123, shares } as const;
const payload = { data_used: false, data_mentions: [] };

/** Words that no other text has. */
function prose(seed: string, words = 400): string {
  const rng = keyedRng("prose", seed);
  return Array.from({ length: words }, () => rng.int(1e9).toString(36)).join(" ");
}

function record(paper_id: string, number: number | null, text = prose(`${paper_id}${number}`, 60)): FinetuneRecord {
  return { paper_id, page: number, text, payload, origin: "generated" };
}

function papers(count: number, pages = 1): FinetuneRecord[] {
  return Array.from({ length: count * pages }, (_, at) => record(`p${at % count}`, Math.floor(at / count) + 1));
}

const joined = (records: readonly FinetuneRecord[], leftOut: readonly LeftOut[] = []) => ({
  records,
  leftOut,
  unplaced: 0,
});

describe("the split", () => {
  test.each([
    [80, 64, 8, 8],
    [19, 17, 1, 1],
    [9, 9, 0, 0],
    [30, 24, 3, 3],
  ])("of %i papers gives train %i, valid %i, test %i: shares of all, rounded down", (n, train, valid, tested) => {
    expect(splitRecords(papers(n), byDocument).units).toEqual({ train, valid, test: tested });
  });

  test("holds every record once, and no paper on two sides", () => {
    const records = papers(40, 5);
    const { records: sides } = splitRecords(records, byDocument);
    expect([...sides.train, ...sides.valid, ...sides.test].length).toBe(200);
    const ids = Object.values(sides).map((side) => new Set(side.map(({ paper_id }) => paper_id)));
    expect(ids.map(({ size }) => size)).toEqual([32, 4, 4]);
    expect(new Set(ids.flatMap((side) => [...side])).size).toBe(40);
  });

  test("is the same for the same records in another order, and another for another seed", () => {
    const records = papers(40);
    const testSide = (list: readonly FinetuneRecord[], seed = 123) =>
      splitRecords(list, { ...byDocument, seed })
        .records.test.map(({ paper_id }) => paper_id)
        .sort();
    expect(testSide(records.toReversed())).toEqual(testSide(records));
    expect(testSide(records, 124)).not.toEqual(testSide(records));
  });

  test("by page, which has to be asked for, puts pages of one paper on several sides, and a warning says so", () => {
    const records = papers(4, 20);
    const split = splitRecords(records, { ...byDocument, by: "page" });
    expect(split.units).toEqual({ train: 64, valid: 8, test: 8 });
    const sides = new Set(
      ["train", "valid", "test"].filter((side) =>
        split.records[side as "test"].some(({ paper_id }) => paper_id === "p0"),
      ),
    );
    expect(sides.size).toBeGreaterThan(1);
    const data = finetuneData(joined(records), [], { ...byDocument, by: "page", count: () => 1, maxTokens: 9 });
    expect(splitWarnings(data, "page")).toEqual([
      "pages of one document stand on several sides: scores on test are too good",
    ]);
  });

  test.each(["document", "page"] as const)("keeps copies of a %s on one side", (by) => {
    const records = papers(20).flatMap((one) => [one, { ...one, paper_id: `${one.paper_id}-copy` }]);
    const { records: sides, duplicates } = splitRecords(records, { ...byDocument, by });
    expect(duplicates).toHaveLength(20);
    expect(sides.test).toHaveLength(4);
    for (const side of Object.values(sides)) {
      const ids = new Set(side.map(({ paper_id }) => paper_id));
      for (const id of ids) expect(ids).toContain(id.endsWith("-copy") ? id.slice(0, -5) : `${id}-copy`);
    }
  });
});

describe("duplicates", () => {
  const [a, b, notice] = [prose("a"), prose("b"), prose("licence", 40)];
  const groups = (...texts: string[]) =>
    duplicateGroups(texts.map((text, at) => ({ name: String(at), text })))
      .map((group) => group.join(""))
      .sort();

  test("are a text and its version with a third rewritten, or cut to its half", () => {
    const revised = `${a.split(" ").slice(0, 270).join(" ")} ${prose("new", 130)}`;
    expect(groups(a, b, revised, b.slice(0, b.length / 2))).toEqual(["02", "13"]);
  });

  test("are not two texts that share a licence notice or nothing", () => {
    expect(groups(`${a} ${notice}`, `${b} ${notice}`, prose("c"))).toEqual(["0", "1", "2"]);
  });

  test("are short texts that differ in capitals and commas alone", () => {
    expect(groups("No data here.", "no data, here", "Some data here.")).toEqual(["01", "2"]);
  });
});

describe("pages become examples", () => {
  const one = (changes: Parameters<typeof mention>[0]) =>
    joinPages(each([page()]), each([mention(changes)]), new Set());

  test("with their valid mentions, quoted as the page has them, and without a word on how the label came about", async () => {
    const raw = "We use the Demo-\ngraphic and Health Survey (DHS).";
    const { records } = await one({ valid: true, mentioned_in: raw });
    expect(records[0]).toEqual({
      ...{ paper_id: "doc_a", page: 3, text: page().text, origin: "generated" },
      payload: {
        data_used: true,
        data_mentions: [
          {
            mentioned_in: "We use the Demographic and Health Survey (DHS).",
            datasets: [
              {
                raw_name: "Demographic and Health Survey (DHS)",
                harmonized_name: "Demographic and Health Survey",
                ...{ acronym: "DHS", producer: null, year: null, specificity: "properly_named", context: "primary" },
              },
            ],
          },
        ],
      },
    });
  });

  test("with no data used where no mention is valid", async () => {
    expect((await one({ valid: false })).records[0]?.payload).toEqual({ data_used: false, data_mentions: [] });
  });

  test("not where a mention is undecided, the request failed, or there is no text: nobody knows the answer", async () => {
    expect((await one({ valid: null })).leftOut.map(({ reason }) => reason)).toEqual(["undecided mention"]);
    const pages = [page(), page({ page: 4, text: " " })];
    const { records, leftOut } = await joinPages(each(pages), each([]), new Set(["doc_a#3"]));
    expect(records).toEqual([]);
    expect(leftOut.map(({ page: at, reason }) => [at, reason])).toEqual([
      [3, "request failed"],
      [4, "no text"],
    ]);
  });

  test("without a valid mention that stands nowhere on its page; it is counted", async () => {
    const nowhere = { ...mention().evidence, state: "not found", quote: null, name: null, sentence: null } as const;
    const { records, unplaced } = await one({ valid: true, evidence: nowhere });
    expect([records[0]?.payload.data_used, unplaced]).toEqual([false, 1]);
  });

  test("a sentence with `datasets: []` uses no data, also in files from elsewhere", () => {
    const said = { mentioned_in: "a", page: 1, dataset_used: true, datasets: [] };
    expect(readPayload({ data_used: true, data_mentions: [said] })).toEqual({ data_used: false, data_mentions: [] });
    const invalid = { ...said, datasets: [{ raw_name: "x", valid: false, invalid_reason: "no" }] };
    expect(readPayload({ data_used: true, data_mentions: [invalid] })?.data_used).toBe(false);
    const valid = { ...said, datasets: [{ raw_name: "x", valid: true, invalid_reason: null, sent: "a" }] };
    expect(readPayload({ data_used: true, data_mentions: [valid] })).toEqual({
      data_used: true,
      data_mentions: [{ mentioned_in: "a", datasets: [{ raw_name: "x" }] }],
    });
  });
});

describe("files", () => {
  const records = [record("a_b", 1, "One."), record("c", 2, "Two.")];
  const split = { records: { train: records, valid: [], test: [] } };
  const files = new Map(dataFiles("d", split).map(({ name, lines }) => [name, [...lines()].join("\n")]));

  test("have the source's names and shapes, empty lists where a side holds nothing", () => {
    expect(JSON.parse(files.get("conversation_data_d-train.json") ?? "")[0]).toEqual([
      { from: "human", value: "One." },
      { from: "gpt", value: JSON.stringify(payload, null, 2) },
    ]);
    const raw = JSON.parse(files.get("d-train.json") ?? "");
    expect(raw[1]).toEqual({ paper_id: "c", page: 2, text: "Two.", payload });
    expect(JSON.parse(files.get("conversation_data_d-valid.json") ?? "")).toEqual([]);
    expect(files.size).toBe(12);
  });

  test("for OpenAI hold one chat a line", () => {
    const [first = "", ...rest] = (files.get("chat-d-train.jsonl") ?? "").split("\n");
    expect(rest).toHaveLength(1);
    const answer = JSON.stringify(payload, null, 2);
    expect(JSON.parse(first)).toEqual({
      messages: [
        { role: "user", content: "One." },
        { role: "assistant", content: answer },
      ],
    });
  });

  test("of papers cannot leave their folder, whatever a label calls its paper", () => {
    const [file] = paperFiles([record("../../x", 1)]);
    expect(file?.path).toMatch(/^extraction_outputs\/simpleschema\/[A-Za-z0-9][\w-]*\.json$/);
  });

  test("for Parquet have equal columns in every row", () => {
    const columns = tableRows(records).map((row) => Object.keys(row).join());
    expect(new Set(columns)).toEqual(new Set(["paper_id,page,origin,text,data_used,answer"]));
  });

  test("hold what is shorter than the limit; a page of the limit itself is left out, and counted", () => {
    const count = (text: string): number => (text === "One." ? 9 : text === "Two." ? 10 : 0);
    const { kept, tooLong } = byLength(records, count, 10);
    expect([kept, tooLong].map((list) => list.map(({ record: { paper_id } }) => paper_id))).toEqual([["a_b"], ["c"]]);
    const data = finetuneData(joined(records), [], { ...byDocument, count, maxTokens: 10 });
    expect(data.leftOut.map(({ paper_id, reason }) => [paper_id, reason])).toEqual([["c", "too long"]]);
    expect([data.counts.train.pages, data.counts.train.tokens]).toEqual([1, 9]);
  });
});

describe("manual labels", () => {
  const label = { data_used: true, data_mentions: [{ mentioned_in: "One.", datasets: [{ raw_name: "DHS" }] }] };
  const turns = (text: string) => [
    { from: "human", value: text },
    { from: "gpt", value: JSON.stringify(label, null, 2) },
  ];
  const known = joined([record("a", 1, "One page."), record("b", 1, "Other page.")]);

  test.each<[string, string]>([
    ["a list of conversations", JSON.stringify([turns("One\npage.")])],
    ["one conversation", JSON.stringify(turns("One page."))],
    ["conversations under their key", JSON.stringify([{ conversations: turns("One page.") }])],
    [
      "chats, a line each",
      JSON.stringify({
        messages: [
          { role: "user", content: "One page." },
          { role: "assistant", content: JSON.stringify(label) },
        ],
      }),
    ],
    ["records", JSON.stringify({ paper_id: "a", page: 1, text: "One page.", payload: label })],
  ])("are read from %s, win, and leave a conflict behind", (_, content) => {
    const { records, conflicts, replaced, added } = mergeManual(known, readManual(content, "m.json"));
    expect(records.map(({ paper_id, origin, payload: { data_used } }) => [paper_id, origin, data_used])).toEqual([
      ["a", "manual", true],
      ["b", "generated", false],
    ]);
    expect(conflicts).toEqual([{ paper_id: "a", page: 1, what: "payload", putAside: payload, kept: label }]);
    expect([replaced, added]).toEqual([1, 0]);
  });

  test("that agree are no conflict; of pages that were left out or are new they are added", () => {
    const out: LeftOut = { paper_id: "c", page: 7, reason: "request failed", key: "" };
    const labels = readManual(
      [
        { paper_id: "a", page: 1, text: "One page.", payload },
        { paper_id: "c", page: 7, text: "Failed page.", payload },
        { text: "New page.", payload },
      ]
        .map((one) => JSON.stringify(one))
        .join("\n"),
      "m.jsonl",
    );
    const merged = mergeManual(joined(known.records, [out]), labels);
    expect([merged.conflicts, merged.leftOut, merged.replaced, merged.added]).toEqual([[], [], 1, 2]);
    expect(merged.records.map(({ paper_id }) => paper_id)).toEqual([
      "a",
      "b",
      "c",
      expect.stringMatching(/^manual-[0-9a-f]{8}$/),
    ]);
  });

  test("of one page that differ: the first stays, the second is a conflict", () => {
    const twice = [
      { paper_id: "a", page: 1, text: "One page.", payload: label },
      { paper_id: "a", page: 1, text: "One page.", payload },
    ];
    const { records, conflicts } = mergeManual(known, readManual(JSON.stringify(twice), "m.json"));
    expect(conflicts.map(({ what }) => what)).toEqual(["payload", "labelled twice"]);
    expect(records[0]?.payload).toEqual(label);
  });

  test("that are none are refused by their place", () => {
    const expected = "m.json: entry 2 is neither a conversation nor a record with text and payload";
    expect(() => readManual(JSON.stringify([turns("a"), { text: "b" }]), "m.json")).toThrow(expected);
    expect(() => readManual(`${JSON.stringify(turns("a"))}\n{"text`, "m.jsonl")).toThrow("m.jsonl: line 2 is neither");
  });
});

test("the data card says who answered, how it was split, what was left out, and whether it may be passed on", () => {
  const split = { ...byDocument, by: "page" } as const;
  const data = finetuneData(joined(papers(4, 5)), [], { ...split, count: () => 1, maxTokens: 99 });
  const source = { source: "papers of the user's", licence: "unknown licence", mayLeaveMachine: false };
  const card = dataCard(
    {
      dataId: "d",
      run: "r",
      split,
      maxTokens: 99,
      provider: "offline",
      model: "m",
      ...source,
      manifest: "abc",
      manual: "a`b|c",
      files: [],
    },
    data,
  );
  expect(card).toContain("> **offline: simulated labels.**");
  expect(card).toContain("**Pages of one document stand on several sides");
  expect(card).toContain("| train | 16 | 16 | 0 | 0 | 0 | 32 |");
  expect(card).toContain("do not publish these files");
  expect(card).toContain("`a b c`");
  expect(
    dataCard(
      {
        dataId: "d",
        run: "r",
        split,
        maxTokens: 9,
        provider: "openai",
        model: "m",
        ...source,
        manifest: "",
        manual: undefined,
        files: [],
      },
      data,
    ),
  ).not.toContain("simulated");
});

describe("the Unsloth script", () => {
  test("has the study's hyperparameters, for a demo and in full", () => {
    const [demo, full] = (["demo", "full"] as const).map((mode) => unslothScript({ dataId: "d", mode }));
    for (const words of [
      "r=16",
      "lora_alpha=16",
      "lora_dropout=0",
      "learning_rate=2e-4",
      'lr_scheduler_type="linear"',
      "warmup_ratio=0.01",
      'optim="adamw_8bit"',
      "weight_decay=0.01",
      "seed=1029",
      "packing=True",
      "load_in_4bit=True",
      "max_new_tokens=2048",
      "MAX_TOKENS = 2048",
      '"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"',
    ])
      for (const script of [demo, full]) expect(script).toContain(words);
    expect(demo).toContain("max_steps=50, num_train_epochs=1");
    expect(full).toMatch(/per_device_train_batch_size=4,\s+gradient_accumulation_steps=4,\s+num_train_epochs=10,/);
  });

  const python = spawnSync("python3", ["--version"]).status === 0;
  test.skipIf(!python)(python ? "is Python" : "is Python (skipped: no python3 here)", () => {
    const check = "import ast, sys; ast.parse(sys.stdin.read())";
    const { status, stderr } = spawnSync("python3", ["-c", check], {
      input: unslothScript({ dataId: 'a"b', mode: "full" }),
    });
    expect([status, String(stderr)]).toEqual([0, ""]);
  });
});

test("an answer is the payload as the source writes it, indented by two", () => {
  expect(answerText({ payload })).toBe('{\n  "data_used": false,\n  "data_mentions": []\n}');
});
