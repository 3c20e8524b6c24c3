import type { StudyError } from "corrigenda/error";
import { keyedRng } from "corrigenda/rng";
import {
  CorrectionRecord,
  correctionItems,
  correctionMetrics,
  correctionPrompt,
  correctionRecord,
  type Row,
  type Setup,
  sameLemma,
  sampleSource,
  simulateWhyfix,
} from "corrigenda/whyfix";
import { describe, expect, test } from "vitest";
import { bareRow, reply, shipped } from "./fixture.ts";

const experiment = shipped();
const prompt = correctionPrompt(experiment);
const item = (row: Row) => ({ row, id: "lg_fu_12_Fix_fON_zero" });

/** The record of an answer; undefined: a reply that is not JSON. */
function record(row: Row, answer: Record<string, string> | undefined): CorrectionRecord {
  const received = reply(answer ? JSON.stringify(answer) : "Sure!");
  const common = { id: "lg_fu_12_Fix_fON_zero", key: "k", row: item(row), reply: received, usd: 0 };
  try {
    return correctionRecord({ provider: "offline" }, { ok: true, value: prompt.parse(received, item(row)), ...common });
  } catch (error) {
    return correctionRecord({ provider: "offline" }, { ok: false, error: error as StudyError, ...common });
  }
}

const answer = (learner_word: string, editor_word: string, corrected_sentence: string) => ({
  learner_word,
  editor_word,
  corrected_sentence,
});
const right = answer("made", "took", "I took a photo of the bridge.");
const value = async (records: CorrectionRecord[], name: string): Promise<number | undefined> => {
  const { headline, metrics } = await correctionMetrics("offline", records);
  return [headline, ...metrics].find((one) => one.name === `corrections: ${name}`)?.value;
};

describe("the prompt", () => {
  test("holds the learner's sentence and nothing of the editor: not the word, its sentence, marks or neighbours", () => {
    const row = bareRow({ preceding_sentence: "We walked to the river.", lemmaWord_editor: "take" });
    const text = prompt
      .request(item(row))
      .messages.map(({ content }) => content)
      .join("\n");
    expect(text).toContain("<sentence>\nI made a photo of the bridge.\n</sentence>");
    for (const secret of ["took", "take ", "{+", "[-", "river"]) expect(text).not.toContain(secret);
    expect(prompt.request(item(bareRow({ editor_word: "snapped" })))).toEqual(prompt.request(item(bareRow())));
  });

  test("asks once a row, whatever the lengths and inputs of the run", () => {
    const setup = {
      experiment,
      source: sampleSource("sample-longman", "small"),
      rows: [bareRow(), bareRow({ index: 13 })],
    };
    expect([...correctionItems(setup as unknown as Setup)].map(({ id }) => id)).toEqual([
      "lg_fu_12_Fix_fON_zero",
      "lg_fu_13_Fix_fON_zero",
    ]);
  });

  test("a sentence with a dollar sign stays as it is", () => {
    const text = prompt.request(item(bareRow({ learner_sentence: "It costs $& or $1 ." }))).messages[0]?.content;
    expect(text).toContain("\nIt costs $& or $1 .\n");
  });
});

describe("a proposal", () => {
  test("is exact but for capitals and marks, or the same lemma, or neither", () => {
    const judge = (word: string) => {
      const { exact, lemma, found } = record(bareRow(), { ...right, editor_word: word });
      return [exact, lemma, found];
    };
    expect(judge("Took")).toEqual([true, true, true]);
    expect(judge("“took”")).toEqual([true, true, true]);
    expect(judge("taking")).toEqual([false, true, true]);
    expect(judge("shot")).toEqual([false, false, true]);
    expect(record(bareRow(), { ...right, learner_word: "photo" }).found).toBe(false);
  });

  test("that cannot be read is a record with its reason, wrong everywhere", () => {
    const one = record(bareRow(), undefined);
    expect(one).toMatchObject({ proposed: null, reason: "not JSON", exact: false, lemma: false, found: false });
    expect(CorrectionRecord.parse(JSON.parse(JSON.stringify(one)))).toEqual(one);
    expect(record(bareRow(), { editor_word: "took" })).toMatchObject({ reason: "missing field" });
  });
});

test.each([
  ["make", "made", true],
  ["hopping", "hop", true],
  ["hoping", "hope", true],
  ["hoping", "hop", false],
  ["visited", "visits", true],
  ["studies", "study", true],
  ["pay attention", "paid attention", true],
  ["pay attention", "attention", false],
  ["was", "been", true],
  ["bus", "bu", false],
  ["", "", false],
])("lemmas of %j and %j: same is %s", (a, b, same) => {
  expect(sameLemma(a, b)).toBe(same);
  expect(sameLemma(b, a)).toBe(same);
});

describe("corpus scores", () => {
  const rows = [0, 1, 2, 3].map((index) => bareRow({ index, sentence_in_dataset: `s${index}` }));
  const copies = rows.map((row) => record(row, answer("made", "made", row.learner_sentence)));

  test("the editor's own sentences have GLEU 1 and F0.5 1; copies have the copy's GLEU and F0.5 0", async () => {
    const perfect = rows.map((row) => record(row, right));
    expect(await value(perfect, "GLEU")).toBeCloseTo(1, 12);
    expect(await value(perfect, "F0.5 of edits")).toBe(1);
    expect(await value(copies, "GLEU less the copy's")).toBe(0);
    expect(await value(copies, "F0.5 of edits")).toBe(0);
    expect(await value(copies, "answers that change nothing")).toBe(1);
  });

  test("GLEU of the copy by hand: of 8 tokens one is wrong", async () => {
    // Matches less penalties: 7 - 1 of 8, 5 - 2 of 7, 4 - 2 of 6, 3 - 2 of 5; equal lengths.
    const wanted = ((6 / 8) * (3 / 7) * (2 / 6) * (1 / 5)) ** 0.25;
    expect(await value(copies, "GLEU of the copy")).toBeCloseTo(wanted, 12);
  });

  test("one right, one wrong, one copy, one unreadable: P 1/2, R 1/4, F0.5 5/12; the unreadable one counts as a copy", async () => {
    const mixed = [
      record(rows[0] as Row, right),
      record(rows[1] as Row, answer("photo", "picture", "I made a picture of the bridge.")),
      copies[2],
      record(rows[3] as Row, undefined),
    ] as CorrectionRecord[];
    expect(await value(mixed, "precision of edits")).toBe(0.5);
    expect(await value(mixed, "recall of edits")).toBe(0.25);
    expect(await value(mixed, "F0.5 of edits")).toBeCloseTo((1.25 * 0.5 * 0.25) / (0.25 * 0.5 + 0.25), 12);
    expect(await value(mixed, "replies that parse")).toBe(0.75);
    expect(await value(mixed, "the editor's word, exactly")).toBe(0.25);
  });
});

test("the simulator knows some confusions, is wrong now and then, and answers the same request the same way", () => {
  const ask = (sentence: string, seed: number): string => {
    const { messages, model, schema } = prompt.request(item(bareRow({ learner_sentence: sentence })));
    return simulateWhyfix({ model, messages, schemaName: schema?.name ?? "" }, keyedRng(seed)) ?? "";
  };
  const words = Array.from(
    { length: 60 },
    (_, seed) => /"editor_word":"([^"]*)"/.exec(ask("Please give attention to it .", seed))?.[1],
  );
  expect(words).toContain("pay");
  expect(words).toContain("give give");
  expect(ask("Please give attention to it .", 5)).toBe(ask("Please give attention to it .", 5));
});
