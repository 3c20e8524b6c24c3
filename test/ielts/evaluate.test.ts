import { mockOutcomes } from "corrigenda/engine";
import { collect } from "corrigenda/files";
import {
  agreement,
  CRITERIA,
  evaluationData,
  evaluationMetrics,
  finetuneLine,
  heldOutLine,
  heldOutRow,
  isBand,
  overallOf,
  type Pass,
  type PerCriterion,
  passLine,
  rightsOf,
  SCHEMAS,
  schemaProblems,
  scoreOf,
  scorePrompt,
  simulateIelts,
} from "corrigenda/ielts";
import { describe, expect, test } from "vitest";
import { evidence, example, examples } from "./fixture.ts";

const held = { row: 4, prompt: "Is it so?", essay: example().essay, overall: 6, bands: [6, 6, 6, 6] as const };
const item = { held, pass: 0 as const };
const usage = { input: 900, cached: 0, cacheWrite: 0, output: 300, reasoning: 0 };
const answer = (bands: readonly number[], over: object = {}): string =>
  JSON.stringify({
    per_criterion: CRITERIA.map((name, at) => ({
      ...{ name, band: bands[at], evidence_quotes: ["peoples  should to help"] },
      errors: [{ span: "They is kind", type: "Grammar", fix: "They are kind" }],
      ...{ suggestions: ["Read."], ...over },
    })),
    overall: 9,
  });
const read = (text: string, finish: "stop" | "length" = "stop"): Pass =>
  scorePrompt("m").parse({ text, finish, model: "m-1", usage }, item);
const pass = (...bands: number[]): Pass => read(answer(bands));

describe("a reply is read", () => {
  test("with the official mean, whatever it says, and passages put back into the essay's own characters", () => {
    const { overall, per_criterion, tokens } = pass(6, 6.5, 6, 6.5);
    expect(overall).toBe(6.5);
    expect(per_criterion[0]?.evidence_quotes).toEqual(["Peoples should to help"]);
    expect(per_criterion[0]?.errors).toEqual([{ span: "They is kind", type: "grammar", fix: "They are kind" }]);
    expect(tokens).toEqual({ input_tokens: 900, output_tokens: 300 });
  });

  test("without quotes and spans that are not in the essay", () => {
    const invented = { evidence_quotes: ["zzz zzz zzz"], errors: [{ span: "zzz zzz zzz", type: "grammar", fix: "z" }] };
    const [first] = read(answer([6, 6, 6, 6], invented)).per_criterion;
    expect([first?.evidence_quotes, first?.errors]).toEqual([[], []]);
  });

  test.each([
    [answer([6, 6, 6, 6.2]), "a band off the grid"],
    [answer([6, 6, 6, 9.5]), "a band off the grid"],
    [answer([6, 6, 6, 6]).replace("Lexical Resource", "Words"), "a criterion is missing"],
    ["I would give it a six.", "not JSON"],
    ['{"overall": 6}', "missing field"],
  ])("or refused: %s", (text, reason) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "reply", facts: { id: "e4-1", reason } }));
  });

  test("or refused where it was cut off", () => {
    expect(() => read(answer([6, 6, 6, 6]), "length")).toThrow("cut off");
  });
});

test("three passes become a score of the full schema: medians, votes, dispersion, confidence, tokens of all", () => {
  const score = scoreOf([pass(6, 6, 6, 6), pass(6, 6.5, 7, 6.5), pass(8, 7, 7.5, 7.5)]);
  expect(schemaProblems(score, SCHEMAS.full)).toEqual([]);
  expect(score).toMatchObject({ overall: 6.5, votes: [6, 6.5, 7.5], dispersion: 1.5, confidence: "low" });
  expect(score.per_criterion.map(({ band }) => band)).toEqual([6, 6.5, 7, 6.5]);
  expect(score.meta).toMatchObject({ model: "m-1", token_usage: { input_tokens: 2_700, output_tokens: 900 } });
  // Two passes are left: the median lies between them, a quarter goes up.
  expect(scoreOf([pass(6, 6, 6, 6), pass(6, 6.5, 7, 6.5)])).toMatchObject({ overall: 6.5, confidence: "high" });
});

test("the same essay is asked three times under three keys, and the requests differ in nothing else", () => {
  const prompt = scorePrompt("m");
  const [first, third] = [prompt.request(item), prompt.request({ held, pass: 2 })];
  expect([first.sample, third.sample, prompt.id({ held, pass: 2 })]).toEqual([0, 2, "e4-3"]);
  expect({ ...third, sample: 0 }).toEqual(first);
  expect(first).toMatchObject({ temperature: 0 });
});

describe("agreement", () => {
  const rows = [
    { truth: 5, model: 5, baseline: 7 },
    { truth: 6, model: 6.5, baseline: 6 },
    { truth: 7, model: 8, baseline: 5 },
  ];
  test("is what a hand calculation gives", () => {
    const { n, model } = agreement("overall", rows, 1);
    // In half bands: squared gaps 0 + 1 + 4; all pairs of truth and model 45 + 21 + 21. QWK = 1 - 3 * 5 / 87.
    expect(model.qwk.value).toBeCloseTo(1 - 15 / 87, 12);
    expect(model.mae.value).toBeCloseTo(0.5, 12);
    expect(model.within_05.value).toBeCloseTo(2 / 3, 12);
    expect([n, model.within_10.value]).toEqual([3, 1]);
  });

  test("differs between model and baseline on the same essays: equal answers differ by 0 in every resample", () => {
    const same = agreement("overall", rows.map(({ truth, model }) => ({ truth, model, baseline: model })), 1); // biome-ignore format: one line
    expect(same.difference.mae).toEqual({ value: 0, low: 0, high: 0 });
    const { difference, model, baseline } = agreement("overall", rows, 1);
    expect(difference.mae.value).toBeCloseTo((model.mae.value ?? 0) - (baseline.mae.value ?? 0), 12);
    expect(agreement("overall", rows, 1)).toEqual(agreement("overall", rows, 1));
  });

  test("is null where it is not defined, and then missing from the metrics", () => {
    const one = agreement("TR", [{ truth: 6, model: 6, baseline: 6 }], 1);
    expect(one.model.qwk).toEqual({ value: null, low: null, high: null });
    expect(agreement("TR", [], 1).model.mae.value).toBeNull();
    const { headline, metrics } = evaluationMetrics({ agreement: [one], provider: "offline" });
    expect([headline, ...metrics].map(({ name }) => name)).not.toContain("TR qwk, model");
    expect([headline, ...metrics].find(({ name }) => name === "TR mae, baseline")?.provider).toBe("baseline");
  });
});

describe("held-out essays", () => {
  const line = (essay: string): string =>
    finetuneLine(
      example({ essay, bands: [5, 6, 6, 6.5], overall: 6 }),
      CRITERIA.map(() => evidence(essay)),
    );
  const lines = async function* (...texts: string[]) {
    yield* texts;
  };
  const given = async function* (...texts: string[]) {
    for (const [row, text] of texts.entries()) yield heldOutLine(text, row) ?? "no example";
  };

  test("are read from a prepared line, also the first one with its mark", () => {
    const text = line("Some essay about trains. It is short.");
    for (const one of [text, `\uFEFF${text}`])
      expect(heldOutLine(one, 3)).toEqual({
        ...{ row: 3, prompt: "Is it so?", essay: "Some essay about trains. It is short." },
        ...{ overall: 6, bands: [5, 6, 6, 6.5] },
      });
    expect(heldOutLine('{"messages":[]}', 0)).toBeUndefined();
  });

  test("are read from other files with the bands that are there", () => {
    const empty = { prompt: null, evaluation: null, band: null, overall_score: null };
    const none = { tr_score: null, cc_score: null, lr_score: null, gra_score: null };
    const essay = "One two three.";
    expect(
      heldOutRow({ ...empty, ...none, essay, overall_score: "6.5", tr_score: "7", evaluation: "CC: 6" }, 2),
    ).toEqual({
      ...{ row: 2, prompt: "", essay, overall: 6.5, bands: [7, 6, null, null] },
    });
    expect(heldOutRow({ ...empty, ...none, essay, band: "<4\n" }, 0)).toBe("no band that can be read");
    expect(heldOutRow({ ...empty, ...none, essay: " ", band: "6" }, 0)).toBe("no essay");
  });

  test("that are in the training file too are left out and counted", async () => {
    const [a, b] = [line("Trains are good, I think so."), line("Cars are bad, I think so.")];
    const data = await evaluationData(lines(a), given(a, b, line("trains are GOOD I think so")));
    expect(data.held.map(({ row }) => row)).toEqual([1]);
    expect(data.leftOut).toEqual({ "also in train.jsonl": 2 });
    await expect(evaluationData(lines(a), given(a))).rejects.toThrow("nothing to evaluate");
    await expect(evaluationData(lines("{}"), given(b))).rejects.toThrow("train.jsonl:1 is no example");
  });

  test("may leave this machine only where their data set may", () => {
    expect(rightsOf('{"dataset":"chillies/IELTS-writing-task-2-evaluation"}')).toBe("ielts");
    expect(rightsOf('{"dataset":"data/sample/ielts/essays.csv"}')).toBe("ielts-sample");
    expect(rightsOf('{"dataset":"org/other"}')).toBe("user");
    expect(rightsOf("{}")).toBe("user");
  });
});

test("the simulator scores every bundled essay on the grid, and sometimes breaks off", async () => {
  const rows = (await examples(60)).map((one) => ({ held: { ...one, bands: one.bands }, pass: 0 as const }));
  const outcomes = await collect(
    mockOutcomes({ prompt: scorePrompt("m"), rows: () => rows, simulator: simulateIelts }),
  );
  const good = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
  expect(good.length).toBeGreaterThan(0.9 * rows.length);
  for (const { per_criterion, overall } of good) {
    const bands = per_criterion.map(({ band }) => band);
    expect(bands.every(isBand)).toBe(true);
    expect(overall).toBe(overallOf(bands as unknown as PerCriterion<number>));
  }
  expect(new Set(good.map(({ overall }) => overall)).size).toBeGreaterThan(4);
  for (const outcome of outcomes) expect(passLine(outcome).ok).toBe(outcome.ok);
});
