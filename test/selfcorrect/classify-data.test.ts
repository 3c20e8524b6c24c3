import { collect } from "corrigenda/files";
import {
  csvLines,
  type ErrorMode,
  groupSample,
  type Prepared,
  prepareData,
  scoringOf,
  type TraceLine,
  type TrainingCells,
  type TrainingRow,
  tableRows,
  trainingRows,
} from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";

const EMPTY: TrainingCells = {
  ...{ initial_answer: null, revised_answer: null, reprompt_id: null, failure_mode: null, delta_accuracy: null },
  ...{ question_id: null, dataset_name: null, question: null, answers: null, provider: null },
};
const cells = (own: Partial<TrainingCells>): TrainingCells => ({
  ...EMPTY,
  ...{ initial_answer: "41", revised_answer: "42", reprompt_id: "p_try_again", failure_mode: "corrected" },
  ...{ delta_accuracy: "1", ...own },
});

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const prepared = (rows: readonly TrainingCells[]): Promise<Prepared> =>
  prepareData(tableRows(stream(rows), "a.csv"), { scoringOf, dataset: "gsm8k", seed: 1 });

describe("training rows", () => {
  test("with the source's five columns become examples; the mode is taken as it stands", async () => {
    const { examples, bad } = await prepared([cells({}), cells({ failure_mode: " anchored ", delta_accuracy: "0.0" })]);
    expect(bad).toEqual([]);
    expect(examples.map(({ mode }) => mode)).toEqual(["corrected", "anchored"]);
    expect(examples[0]?.revision).toEqual({ initialAnswer: "41", revisedAnswer: "42", repromptId: "p_try_again" });
  });

  test("that teach nothing are kept with place and reason, the others go on", async () => {
    const rows = [
      cells({ failure_mode: "unknown" }),
      cells({}),
      cells({ failure_mode: null }),
      cells({ delta_accuracy: "2" }),
      cells({ delta_accuracy: "right" }),
      cells({ initial_answer: null, revised_answer: null }),
      cells({ answers: "41, 42" }),
      cells({ revised_answer: null, failure_mode: "overcorrected", delta_accuracy: "-1" }),
    ];
    const { examples, bad, reasons } = await prepared(rows);
    expect(Object.entries(reasons)).toContainEqual(["delta_accuracy is no number from -1 to 1", 2]);
    expect(bad).toEqual([
      { place: "a.csv, row 1", reason: "failure_mode is none of the six" },
      { place: "a.csv, row 3", reason: "no failure_mode" },
      { place: "a.csv, row 4", reason: "delta_accuracy is no number from -1 to 1" },
      { place: "a.csv, row 5", reason: "delta_accuracy is no number from -1 to 1" },
      { place: "a.csv, row 6", reason: "no answer" },
      { place: "a.csv, row 7", reason: "answers is no JSON array of texts" },
    ]);
    expect(examples.map(({ revision }) => revision.revisedAnswer)).toEqual(["42", ""]);
  });

  test("whose change in accuracy contradicts the mode are counted: the source gave first turns that are right a 1", async () => {
    const first = cells({ initial_answer: "42", failure_mode: "unchanged_correct", delta_accuracy: "1" });
    expect((await prepared([first, cells({})])).contradicting).toBe(1);
  });

  test("of a question are one group, in each data set its own; without an id equal answers are", async () => {
    const own = { question_id: "7" };
    const rows = [cells(own), cells({ ...own, revised_answer: "40" }), cells({ ...own, dataset_name: "boolq" })];
    const groups = (await prepared([...rows, cells({}), cells({}), cells({ revised_answer: "9" })])).examples.map(
      ({ group }) => group,
    );
    expect(new Set(groups).size).toBe(4);
    expect([groups[0] === groups[1], groups[3] === groups[4]]).toEqual([true, true]);
  });
});

describe("a sample of whole groups", () => {
  const drawn = (names: readonly string[], limit: number): string[] => {
    const sample = groupSample<string>(limit, 5);
    for (const name of names) sample.add(name, name);
    return sample.kept();
  };
  const names = Array.from({ length: 3_000 }, (_, at) => `g${at % 1_000}`);

  test("holds all where they fit, else as many as fit, none cut, whatever the order", () => {
    expect(drawn(names, 3_000).toSorted()).toEqual(names.toSorted());
    const some = drawn(names, 600);
    expect(some.length).toBe(600);
    const counts = Object.values(Object.groupBy(some, (name) => name)).map((own) => own?.length);
    expect([counts.length, new Set(counts)]).toEqual([200, new Set([3])]);
    expect(new Set(drawn(names.toReversed(), 600))).toEqual(new Set(some));
  });

  test("gives every group the same chance: its first and second half come out alike", () => {
    // 200 of 1,000 groups without replacement: the share of the first 500 has a standard error of .032.
    const first = new Set(drawn(names, 600).filter((name) => Number(name.slice(1)) < 500));
    expect(Math.abs(first.size / 200 - 0.5)).toBeLessThan(0.096);
  });
});

/** A trace of GSM8K answers; `deltas` from the second one on. */
const trace = (answers: readonly string[], deltas: readonly number[], final_accuracy: number): TraceLine => ({
  place: "t.jsonl:1",
  value: {
    ...{ trace_id: "t", dataset_name: "gsm8k", question_id: "7", final_accuracy, provider: "offline" },
    turns: answers.map((answer, at) => ({
      ...{ question: "How many?", answer, prompt_id: at === 0 ? null : `p_${at}`, delta_accuracy: deltas[at - 1] ?? 0 },
      error_mode: "unknown",
    })),
  },
});
const modesOf = async (line: TraceLine): Promise<(ErrorMode | string | null)[]> =>
  (await collect(trainingRows(stream([line]), { scoringOf }))).map((row) =>
    "cells" in row ? row.cells.failure_mode : row.reason,
  );

describe("the training rows of traces", () => {
  test("carry each step's true mode, read off the changes in accuracy and the answers", async () => {
    // Reference 42: wrong, the same, another wrong one, right, right again, wrong.
    const answers = ["It is 40", "Still #### 40", "41 then", "#### 42", "Yes: 42.0", "No, 17"];
    expect(await modesOf(trace(answers, [0, 0, 1, 0, -1], 0))).toEqual([
      ...["anchored", "anchored", "wavering", "corrected", "unchanged_correct", "overcorrected"],
    ]);
    expect(await modesOf(trace(["42"], [], 1))).toEqual(["unchanged_correct"]);
  });

  test("have the source's columns, the prompt that produced the answer, and the answers so far", async () => {
    const rows = await collect(trainingRows(stream([trace(["It is 40", "#### 42"], [1], 1)]), { scoringOf }));
    expect(rows).toEqual([
      {
        place: "t.jsonl:1, turn 0",
        cells: {
          ...{ initial_answer: "It is 40", revised_answer: "It is 40", reprompt_id: "none", failure_mode: "anchored" },
          ...{
            delta_accuracy: "0",
            question_id: "7",
            dataset_name: "gsm8k",
            question: "How many?",
            provider: "offline",
          },
          answers: '["40"]',
        },
      },
      {
        place: "t.jsonl:1, turn 1",
        cells: {
          ...{ initial_answer: "It is 40", revised_answer: "#### 42", reprompt_id: "p_1", failure_mode: "corrected" },
          ...{
            delta_accuracy: "1",
            question_id: "7",
            dataset_name: "gsm8k",
            question: "How many?",
            provider: "offline",
          },
          answers: '["40","42"]',
        },
      },
    ]);
  });

  test("leave out, with the reason, what is no trace and what contradicts itself", async () => {
    expect(await modesOf({ place: "t.jsonl:3" })).toEqual(["no trace record"]);
    expect(await modesOf({ place: "t.jsonl:3", value: { turns: [] } })).toEqual(["no trace record"]);
    const reason = "its changes in accuracy contradict its final accuracy";
    expect(await modesOf(trace(["1", "2", "3"], [1, 1], 1))).toEqual([reason]);
  });

  test("are the same examples once they went through training_data.csv", async () => {
    const line = trace(['It is "40",\nI think', "#### 42"], [1], 1);
    const rows = () => trainingRows(stream([line]), { scoringOf });
    const [header = "", ...body] = await collect(csvLines(rows()));
    expect(header.startsWith("initial_answer,revised_answer,reprompt_id,failure_mode,delta_accuracy,")).toBe(true);
    const names = header.split(",");
    // Every cell is quoted: a reader of one line.
    const read = body.map((text): TrainingRow => {
      const values = [...text.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell = ""]) => cell.replaceAll('""', '"'));
      return {
        place: "",
        cells: Object.fromEntries(names.map((name, at) => [name, values[at] ?? null])) as TrainingCells,
      };
    });
    const options = { scoringOf, dataset: "other", seed: 1 };
    const [direct, again] = [await prepareData(rows(), options), await prepareData(stream(read), options)];
    expect(again.examples.map(({ scoring, ...rest }) => rest)).toEqual(
      direct.examples.map(({ scoring, ...rest }) => rest),
    );
    expect([again.providers, again.examples.length]).toEqual([["offline"], 2]);
  });
});
