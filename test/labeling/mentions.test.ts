import { collect } from "corrigenda/files";
import {
  extractedMentions,
  judgedMentions,
  type Mention,
  outputFiles,
  type PageRow,
  type ReplyRecord,
} from "corrigenda/labeling";
import { locate } from "corrigenda/pdf";
import { describe, expect, test } from "vitest";
import { asked, each, entry, mention, page, replyRecord } from "./fixture.ts";

const TEXT = "Wages fell. We use the DHS of Ghana. It is large.";
const QUOTE = "We use the DHS of Ghana.";
const dhs = entry({ raw_name: "DHS", mentioned_in: QUOTE });

function extracted(pages: PageRow[], replies: ReplyRecord[]): Promise<Mention[]> {
  return collect(extractedMentions(each(pages), each(replies), locate));
}
const answered = (...entries: (typeof dhs)[]): ReplyRecord =>
  replyRecord({ answer: { process: "extraction", dataset_used: true, entries, unread: [], notes: [] } });

describe("a mention that was extracted", () => {
  test("keeps its document, page, sentence, places and boxes, and what its request cost", async () => {
    const spans: PageRow["spans"] = [
      [0, 11, 50, 100, 55, 10],
      [12, 36, 110, 100, 120, 10],
      [37, 49, 50, 112, 60, 10],
    ];
    const [first] = await extracted([page({ text: TEXT, spans })], [answered(dhs)]);
    expect(first).toMatchObject({
      ...{ id: "doc_a#3.1", document: "doc_a", page: 3, group: 1, mentioned_in: TEXT, sent: QUOTE, quoted: QUOTE },
      ...{ acronym: "DHS", valid: null, asked: { extraction: asked } },
      evidence: {
        ...{ state: "found", of: "text", match: "exact" },
        ...{ quote: { start: 12, end: 36 }, name: { start: 23, end: 26 }, sentence: { start: 12, end: 36 } },
      },
    });
    const [box] = first?.evidence.boxes.name ?? [];
    expect(box?.[0]).toBeGreaterThan(110);
    expect((box?.[0] ?? 0) + (box?.[2] ?? 0)).toBeLessThan(230);
    expect(first?.evidence.boxes.sentence).toEqual([[110, 100, 120, 10]]);
  });

  test("counts places in the text as it came where the page has none of its own", async () => {
    const raw = TEXT.replaceAll(" ", "\u00a0");
    const [first] = await extracted([page({ text: TEXT, raw })], [answered(dhs)]);
    expect(first?.evidence).toMatchObject({
      of: "raw",
      state: "found",
      match: "tolerant",
      boxes: { name: [], sentence: [] },
    });
    expect(first?.mentioned_in).toBe(raw);
  });

  test("is marked where the page does not hold its quote", async () => {
    const wrong = entry({ raw_name: "DHS", mentioned_in: "We used the DHS of Ghana." });
    const gone = entry({ raw_name: "PISA", mentioned_in: "Pupils sat an exam." });
    const rows = await extracted([page({ text: TEXT, spans: [[0, 49, 0, 0, 9, 9]] })], [answered(wrong, gone)]);
    expect(rows.map(({ evidence, sent, mentioned_in }) => [evidence.state, evidence.name, sent, mentioned_in])).toEqual(
      [
        ["not found", { start: 23, end: 26 }, QUOTE, TEXT],
        ["not found", null, null, "Pupils sat an exam."],
      ],
    );
  });

  test("comes from its own page: pages that were left out or failed have none, and shift nothing", async () => {
    const left = page({ page: 1, prefilter: { name: "lexical", keep: false, score: 0, cues: [] } });
    const [bad, good] = [page({ page: 2, text: TEXT }), page({ page: 3, text: TEXT })];
    const failed = replyRecord({
      custom_id: "doc_a-page-1",
      page: 2,
      ok: false,
      error: "e",
      reason: "not JSON",
      answer: null,
    });
    const rows = await extracted([left, bad, good], [failed, answered(dhs)]);
    expect(rows.map(({ id }) => id)).toEqual(["doc_a#3.1"]);
    await expect(extracted([good], [failed])).rejects.toThrow(
      "replies.jsonl has doc_a-page-1 where doc_a-page-2 is due; collect the stage again with --again",
    );
  });
});

const said = (id: string, changes: object) => ({
  ...{ id, valid: true, reason: null, note: null },
  fields: {
    ...{
      harmonized_name: "Demographic and Health Survey",
      acronym: "DHS",
      producer: null,
      year: null,
      data_type: "Survey",
    },
    ...({ context: "primary", specificity: "properly_named", relevance: "directly_relevant" } as const),
  },
  ...changes,
});
const judged = (answer: ReplyRecord["answer"], changes: Partial<ReplyRecord> = {}): ReplyRecord =>
  replyRecord({ process: "judge", custom_id: "doc_a-page-3", mentions: 3, answer, ...changes });
const reasoned = (id: string, valid: boolean | undefined, fields = {}): ReplyRecord => {
  const base = said("doc_a#3.1", {});
  const verdicts =
    valid === undefined
      ? []
      : [{ ...base, valid, reason: valid ? null : "No records.", fields: { ...base.fields, ...fields } }];
  return replyRecord({
    ...{ process: "reasoning", custom_id: id, group: 1, mentions: 1 },
    answer: { process: "reasoning", verdicts, unread: [], argument: "On the other hand …", notes: [] },
  });
};
const later = (
  process: "judge" | "reasoning",
  before: Mention[],
  replies: ReplyRecord[],
  which: "all" | "valid" = "all",
) => collect(judgedMentions(process, each(before), each(replies), which));

describe("a later process", () => {
  const three = [1, 2, 3].map((n) => mention({ id: `doc_a#3.${n}` }));

  test("speaks of each mention; what it leaves out stays, and says so", async () => {
    const verdicts = [
      said("doc_a#3.1", { valid: false, reason: "A report." }),
      said("doc_a#3.3", {
        note: "needs clarification",
        fields: { ...said("", {}).fields, year: "2003", context: "background" },
      }),
    ];
    const rows = await later("judge", three, [
      judged({ process: "judge", verdicts, unread: [], argument: null, notes: [] }),
    ]);
    expect(rows.map(({ valid, verdicts: { judge } }) => [valid, judge?.state, judge?.reason, judge?.changed])).toEqual([
      [false, "answered", "A report.", ["valid"]],
      [null, "left out", "the reply does not speak of it", []],
      [true, "answered", null, ["year", "context"]],
    ]);
    expect(rows[2]).toMatchObject({
      year: "2003",
      context: "background",
      verdicts: { judge: { note: "needs clarification" } },
    });
  });

  test("that failed leaves every mention undecided, with the reason", async () => {
    const rows = await later("judge", three, [
      judged(null, { ok: false, error: "doc_a-page-3: no JSON", reason: "not JSON" }),
    ]);
    expect(rows.map(({ valid, verdicts }) => [valid, verdicts.judge?.state, verdicts.judge?.reason])).toEqual(
      three.map(() => [null, "failed", "doc_a-page-3: no JSON"]),
    );
  });

  const { argument: _, ...silent } = mention().verdicts.extraction;
  const judge = (valid: boolean) => ({ ...silent, valid, argument: null });
  const once = (valid: boolean) =>
    mention({ valid, verdicts: { extraction: mention().verdicts.extraction, judge: judge(valid) } });
  // md5 of the fixture's sentence, by md5sum(1)
  const id = "doc_a_2b87781d-pg-3";

  test.each<[what: string, before: boolean, now: boolean, changed: string[], overrides: boolean]>([
    ["agrees", true, true, [], false],
    ["overturns a valid mention", true, false, ["valid"], true],
    ["rescues an invalid one", false, true, ["valid"], true],
    ["agrees that it is none", false, false, [], false],
  ])("the reasoning %s, and its argument stays with the verdict", async (_what, before, now, changed, overrides) => {
    const [row] = await later("reasoning", [once(before)], [reasoned(id, now)]);
    expect(row).toMatchObject({
      valid: now,
      verdicts: { reasoning: { valid: now, changed, overrides, argument: "On the other hand …" } },
    });
    expect(row?.context).toBe(now ? "primary" : null);
  });

  test("the reasoning re-derives the classification", async () => {
    const [row] = await later(
      "reasoning",
      [once(true)],
      [reasoned(id, true, { context: "background", harmonized_name: null })],
    );
    expect(row).toMatchObject({ context: "background", harmonized_name: null });
    expect(row?.verdicts.reasoning?.changed).toEqual(["harmonized_name", "context"]);
  });

  test("with REASONING_INPUT valid, what the judge rejected is not asked about and not lost", async () => {
    const rows = await later(
      "reasoning",
      [once(false), { ...once(true), id: "doc_a#3.2", group: 2 }],
      [{ ...reasoned(id, undefined), group: 2 }],
      "valid",
    );
    expect(rows.map(({ valid, verdicts }) => [valid, verdicts.reasoning?.state])).toEqual([
      [false, "not asked"],
      [true, "left out"],
    ]);
  });
});

describe("the files with the source's names", () => {
  const documents = [
    { document: "a", name: "a", file: "a.pdf", kind: "pdf", pages: 0, kept: 0, state: "failed", reason: "broken" },
    { document: "doc_a", name: "Dôc a", file: "b.pdf", kind: "pdf", pages: 4, kept: 2, state: "read", reason: null },
    { document: "doc_b", name: "doc_b", file: "c.pdf", kind: "pdf", pages: 1, kept: 1, state: "read", reason: null },
  ] as const;
  const files = async (process: "extraction" | "judge" | "reasoning", mentions: Mention[], replies: ReplyRecord[]) => {
    const made = await collect(outputFiles({ process, documents, mentions: each(mentions), replies: each(replies) }));
    return made.map(({ path, text }) => ({ path, file: JSON.parse(text) as { source: string; pages: unknown[] } }));
  };

  test("one for each document that was read, also without a mention; pages without one are listed by the extraction", async () => {
    const empty = answered();
    const none = {
      ...empty,
      document: "doc_a",
      page: 4,
      answer: {
        ...empty.answer,
        process: "extraction" as const,
        dataset_used: false,
        entries: [],
        unread: [],
        notes: [],
      },
    };
    const made = await files(
      "extraction",
      [mention()],
      [answered(dhs), none, { ...answered(), document: "doc_b", page: 1 }],
    );
    expect(made.map(({ path, file }) => [path, file.source, file.pages.length])).toEqual([
      ["extraction_outputs/extraction/doc_a.json", "Dôc a", 2],
      ["extraction_outputs/extraction/doc_b.json", "doc_b", 1],
    ]);
    expect(made[0]?.file.pages[1]).toEqual({ page: 4, dataset_used: false, data_mentions: [] });
  });

  test("a mention without the judge's word has no valid there, as in the original's files", async () => {
    const [made] = await files("judge", [mention()], []);
    const [judgedPage] = (made?.file.pages ?? []) as { data_mentions: { datasets: object[] }[] }[];
    const entryOf = judgedPage?.data_mentions[0]?.datasets[0];
    expect(entryOf).not.toHaveProperty("valid");
    expect(entryOf).toHaveProperty("sent");
  });

  test("only what is valid at the end is a data set there; its group stays without one", async () => {
    const rows = [
      mention({ valid: true }),
      mention({ valid: false, id: "x" }),
      mention({ valid: null, group: 2, id: "y" }),
    ];
    const [made] = await files("reasoning", rows, []);
    expect(made?.file.pages).toMatchObject([
      { data_mentions: [{ page: 3, dataset_used: true, datasets: [{ valid: true }] }] },
      { data_mentions: [{ page: 3, dataset_used: false, datasets: [] }] },
    ]);
  });
});
