import { type ChartOptions, csvOf, reportPage } from "corrigenda/report";
import { evaluationMetrics, evaluationReport, type Rating } from "corrigenda/whyfix";
import { describe, expect, test } from "vitest";
import { answer, given, judged } from "./evaluate-input.ts";

const METHODS = ["a", "b", "c", "d"];
const answers = [0, 1, 2, 3, 4, 5].flatMap((error) =>
  METHODS.map((method, at) => answer(error, { method }, null, { usd: (at + 1) / 1_000 })),
);
/** A judge that prefers a to b to c to d. */
const byName = judged(answers, (x, y) => (x < y ? "A" : "B"));

const points = (rater: string, value: (method: string, error: number) => number): Rating[] =>
  answers.flatMap(({ custom_id: item, data_index, factors: { method } }) =>
    (["Accuracy", "Helpfulness"] as const).map((scale) => ({
      ...{ id: `${rater} ${item}`, rater, scale, data_index, method, item, value: String(value(method, data_index)) },
    })),
  );
const vote = (rater: string, error: number, methods: string, value: string): Rating => {
  const item = [...methods].map((method) => answer(error, { method }, null).custom_id).join(" ");
  const contrast = `${methods[0]} or ${methods[1]}`;
  return { id: `${rater} ${item}`, rater, scale: "Preference", data_index: error, method: "a", contrast, item, value };
};
const rank = (method: string): number => METHODS.indexOf(method);

describe("people beside the judge", () => {
  test("of one mind with the judge: correlation 1, nothing to look at; who tells two from two of four: tau-b 4/√(4 × 6)", () => {
    const alike = points("anna", (method) => 5 - rank(method)).map((rating) =>
      rating.scale === "Accuracy" ? rating : { ...rating, value: rank(rating.method) < 2 ? "4" : "2" },
    );
    const { people } = given(answers, byName, alike);
    expect(people).toMatchObject({ raters: 1, cells: 48, disagreements: [] });
    const [accuracy, helpfulness] = people?.correlations ?? [];
    expect(accuracy).toMatchObject({ scale: "Accuracy", systems: 4, kendall: { value: 1, low: 1, high: 1 } });
    expect(accuracy?.spearman.value).toBeCloseTo(1, 12);
    expect(helpfulness?.kendall.value).toBeCloseTo(4 / Math.sqrt(24), 12);
    expect(people?.pairs).toMatchObject({ pairs: 36, errors: 6, same: { value: 1 }, kappa: 1, opposite: 0 });
    expect(people?.systems.map(({ system, points }) => [system, points.Accuracy?.value])).toEqual([
      ...[
        ["a", 5],
        ["b", 4],
        ["c", 3],
        ["d", 2],
      ],
    ]);
  });

  test("of the opposite mind: correlations −1, every pair to look at, the widest gap first", () => {
    const { people } = given(
      answers,
      byName,
      points("anna", (method) => 2 + rank(method)),
    );
    expect(people?.correlations[0]?.kendall.value).toBe(-1);
    expect(people?.pairs).toMatchObject({ same: { value: 0 }, opposite: 36 });
    expect(people?.disagreements).toHaveLength(20);
    const [widest] = people?.disagreements ?? [];
    expect([widest?.first.system, widest?.second.system].sort()).toEqual(["a", "d"]);
    expect(widest?.said).toMatch(/^(2\.0 against 5\.0|5\.0 against 2\.0) points$/);
    expect([widest?.people, widest?.judge].sort()).toEqual(["first", "second"]);
  });

  test("a vote on the pair counts before points, in whichever order it was shown; half the votes are a tie", () => {
    const ratings = [
      ...points("anna", (method) => 5 - rank(method)),
      ...["anna", "ben", "cleo"].map((rater) => vote(rater, 0, "ba", rater === "cleo" ? "second" : "first")),
      ...[vote("anna", 1, "ab", "first"), vote("ben", 1, "ab", "second")],
    ];
    const { people } = given(answers, byName, ratings);
    expect(
      people?.disagreements.map(({ error, said }) => [error, said.replace("votes 1 to 2", "votes 2 to 1")]),
    ).toEqual([[0, "votes 2 to 1, ties 0"]]);
    expect(people?.pairs?.same.value).toBeCloseTo(34 / 36, 12);
  });

  test("ratings of explanations that are not evaluated count for nothing; without a judge the order is METEOR's", () => {
    const other = points("anna", () => 3).map((rating) => ({ ...rating, item: `${rating.item} else` }));
    expect(given(answers, byName, other).people).toBeNull();
    const scored = answers.map((one) => answer(one.data_index, one.factors, 1 - rank(one.factors.method) / 4));
    const { people, ranking } = given(
      scored,
      undefined,
      points("anna", (method) => 5 - rank(method)),
    );
    expect([ranking.by, people?.correlations[0]?.kendall.value, people?.pairs]).toEqual(["reference", 1, null]);
  });
});

describe("the answer", () => {
  const judgedByName = given(answers, byName);

  test("by the judge: best and next of every factor, the lead in expected wins, and the price of both", () => {
    const { answer: found, ranking } = judgedByName;
    const [method] = found;
    expect(method).toMatchObject({ factor: "method", best: "a", next: "b", usdPer1000: 1, usdNext: 2 });
    const [a, b] = ranking.systems;
    expect(method?.gain?.value).toBeCloseTo((a?.wins?.value ?? 0) - (b?.wins?.value ?? 0), 12);
    expect(ranking.lead?.value).toBeCloseTo(method?.gain?.value ?? -1, 12);
    expect(method?.gain?.low).toBeGreaterThan(0);
    // Every resample has the same order, so the best is first in all of them.
    expect(ranking.systems.map(({ first }) => first)).toEqual([expect.closeTo(1, 9), 0, 0, 0]);
    const alone = { factor: "length", best: "fifty", next: null, gain: null, usdNext: null };
    expect(found.find(({ factor }) => factor === "length")).toMatchObject(alone);
  });

  test("by references: the paired difference of the two best means, positive whichever is named first", () => {
    const scored = answers.map((one) => answer(one.data_index, one.factors, rank(one.factors.method) / 4));
    const [method] = given(scored).answer;
    expect([method?.best, method?.next, method?.gain?.value]).toEqual(["d", "c", 0.25]);
  });

  test("a judge that goes by place alone leads to no answer: the page says that the data do not tell two ways apart", () => {
    const intro =
      evaluationReport(
        "r",
        given(
          answers,
          judged(answers, () => "A"),
        ),
      ).sections[0]?.intro ?? "";
    expect(intro).toContain("do not tell the two apart");
    expect(intro).toMatch(/^Simulated: /);
    expect(evaluationReport("r", judgedByName).sections[0]?.intro).toContain("the data tell the two apart");
  });
});

describe("the page", () => {
  const evil = `=HYPERLINK("http://x") <script>alert(1)</script>`;
  const sly = answers.map((one) => ({ ...one, text: `${one.text} ${evil}`, sentence: evil }));
  const evaluation = given(
    sly,
    judged(sly, (x, y) => (x < y ? "A" : "B")).map((record) =>
      record.judgement ? { ...record, judgement: { ...record.judgement, reason: evil } } : record,
    ),
    points("anna", (method, error) => 2 + ((rank(method) + error) % 4)),
  );
  const pages = [{ label: "the run", href: "../report.html" }];
  const report = evaluationReport("0622-1458", evaluation, { pages });
  const { metrics } = evaluationMetrics(evaluation);
  const parts = report.sections.flatMap((section) => section.parts);
  const charts = parts.flatMap((part): ChartOptions[] => ("figure" in part ? [part.figure] : []));

  test("what is drawn of people is in metrics.json: every point and both ends of its line", () => {
    const [people] = charts.filter(({ id }) => id === "people");
    const [trace] = people?.data ?? [];
    const names = trace?.y as string[];
    expect(names).toHaveLength(8);
    for (const [at, name] of names.entries()) {
      const [system, scale = ""] = name.split(": ");
      const own = metrics.find((one) => one.name === `people: ${system}: ${scale[0]?.toUpperCase()}${scale.slice(1)}`);
      const { x, interval } = trace ?? {};
      const drawn = [(x as number[] | undefined)?.[at], interval?.low[at], interval?.high[at]];
      expect(drawn).toEqual([own?.value, own?.low, own?.high]);
    }
  });

  test("tables show metrics.json's correlations, gains and lead", () => {
    const named = (name: string) => metrics.find((one) => one.name === name);
    const rows = (id: string) =>
      parts.flatMap((part) => ("table" in part && part.table.id === id ? [...part.table.rows] : []));
    for (const row of rows("people-ranks"))
      expect(row.kendall).toMatchObject({ value: named(`people and ranking: Kendall's tau-b, ${row.scale}`)?.value });
    const [method] = rows("answer");
    const { value, low, high } = named(`method: ${method?.best} gains on ${method?.next}`) ?? {};
    expect(method?.gain).toEqual({ value, low, high });
    expect(named("lead of the best over the next")?.value).toBe(evaluation.ranking.lead?.value);
  });

  test("planted scripts and formulas stay texts, in every table's CSV and in the page; the run's page is linked", () => {
    const page = reportPage(report, "");
    expect(page).not.toContain("<script>alert");
    expect(page).toContain('<a href="../report.html">the run</a>');
    const csv = parts.flatMap((part) => ("table" in part ? [csvOf(part.table)] : [])).join("");
    expect(csv.match(/HYPERLINK/g)?.length).toBeGreaterThan(10);
    expect(csv).not.toMatch(/(^|[\r\n,;\t"])=HYPERLINK/m);
  });
});
