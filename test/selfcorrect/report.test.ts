import { loadPlotly, type Report, reportPage } from "corrigenda/report";
import { keyedRng } from "corrigenda/rng";
import {
  attemptOf,
  createPolicy,
  type Evaluation,
  evaluationMetrics,
  evaluationOf,
  fateOf,
  firstAttemptOf,
  metricsTally,
  openTraces,
  regretLines,
  runArms,
  selfcorrectReport,
  type TraceRecord,
  tracePicker,
} from "corrigenda/selfcorrect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromium } from "../report/chromium.ts";
import { cutOff } from "../report/cut-off.ts";
import { trace } from "./evaluate-fixture.ts";
import { exact, options, questions, reply, templates } from "./trace-fixture.ts";

const { browser, open, close } = await chromium("corrigenda-selfcorrect-page");
afterAll(close);

const EVIL = `<script>document.title="hit"</script><img src=x onerror="document.title='hit'">`;
const ACTIONS = ["none", ...templates.map(({ id }) => id)];

/** Traces of a policy that learns from answers of which a part is right and some are hostile. */
async function run(): Promise<TraceRecord[]> {
  const traces: TraceRecord[] = [];
  const ask = async ({ messages }: { readonly messages: readonly { readonly content: string }[] }) => {
    const rng = keyedRng("reply", JSON.stringify(messages));
    const [, a = ""] = /What is (\d+) \+ 1/.exec(messages[0]?.content ?? "") ?? [];
    return reply(rng.next() < 0.6 ? `${Number(a) + 1}` : `${EVIL} ${rng.int(9)}`, 20 + rng.int(20));
  };
  const policy = createPolicy("gaussian_ts", { actions: ACTIONS });
  const loop = openTraces(options({ ask, policy, lag: 4, concurrency: 4 }));
  for await (const outcome of loop.outcomes(questions(60))) if (outcome.ok) traces.push(outcome.trace);
  return traces;
}

function reportOf(traces: readonly TraceRecord[], evaluation?: Evaluation): Report {
  const [tally, picker] = [metricsTally({ seed: 1, repeated: false, scoringOf: () => exact }), tracePicker()];
  for (const one of traces) {
    tally.add(one);
    picker.add(one);
  }
  const [metrics] = tally.groups();
  const latency_ms = { p50: 12, p95: 80 };
  return selfcorrectReport({
    ...{ run: "r", model: "m", algorithm: "gaussian_ts", metrics: tally.groups(), failed: 1, usd: 0.6, evaluation },
    timing: {
      ...{ traces: 60, seconds: 2, traces_per_second: 30, calls: 150, latency_ms, concurrency: 4, provider: "offline" },
    },
    regret: metrics ? regretLines(metrics, ACTIONS, { seed: 1 }) : [],
    shown: picker.shown(),
  });
}

function compared(traces: readonly TraceRecord[]): Evaluation {
  const about = { feedback: "classifier" as const, knowsReference: false };
  return evaluationOf({
    policies: [
      { ...about, policy: "gaussian_ts", kind: "run", attempts: traces.map(attemptOf) },
      { ...about, policy: "never", kind: "baseline", feedback: "none", attempts: traces.map(firstAttemptOf) },
    ],
    ...{ dataset: "gsm8k", provider: "offline", model: "m", feedback: "classifier", against: [], lambda: 0.001 },
    ...{ samples: null, seed: 1 },
  });
}

let traces: TraceRecord[] = [];
beforeAll(async () => {
  traces = await run();
});

describe("the report of a run", () => {
  test("says before a comparison how to make one, and after it what was gained, as metrics.json has it", () => {
    const before = reportOf(traces);
    const section = before.sections.find(({ title }) => title === "Against other policies");
    expect(section?.intro).toContain("npx zx scripts/selfcorrect/evaluate.ts r");
    expect(before.stats?.[0]?.label).toBe("Change in accuracy");

    const evaluation = compared(traces);
    const { headline } = evaluationMetrics(evaluation);
    const [stat] = reportOf(traces, evaluation).stats ?? [];
    const points = (share: number): string => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;
    expect(stat?.value).toBe(`${points(headline.value)} points`);
    expect(stat?.note).toBe(
      `95 %: ${points(headline.low ?? 0)} to ${points(headline.high ?? 0)}, n = ${headline.n} questions, simulated`,
    );
  });

  test("draws the numbers of metrics.json and of the traces", () => {
    const evaluation = compared(traces);
    const report = reportOf(traces, evaluation);
    const figures = report.sections.flatMap(({ parts }) =>
      parts.flatMap((part) => ("figure" in part ? [part.figure] : [])),
    );
    const yOf = (id: string): unknown => figures.find((one) => one.id === id)?.data.map(({ y }) => y);
    const { metrics } = evaluationMetrics(evaluation);
    const accuracies = metrics.filter(({ name }) => name.startsWith("accuracy, ")).map(({ value }) => value);
    expect((yOf("front") as number[][]).slice(0, 2)).toEqual(accuracies.map((value) => [value]));
    const right = (turn: number): number =>
      traces.filter((one) => one.turns.slice(0, turn + 1).at(-1)?.answer === one.reference_answer).length /
      traces.length;
    const most = Math.max(...traces.map(({ total_turns }) => total_turns));
    const [byTurn] = yOf("accuracy-by-turn") as number[][];
    expect(byTurn).toEqual(Array.from({ length: most }, (_, turn) => right(turn)));
    const actions = figures.find(({ id }) => id === "actions")?.data[0] as { x: number[]; y: string[] };
    const decisions = traces.flatMap(({ turns }) => turns.flatMap(({ policy }) => (policy ? [policy.action] : [])));
    const stops = decisions.filter((action) => action === "none").length;
    expect([actions.y[0], actions.x[0]]).toEqual(["none (stop)", stops / decisions.length]);
  });

  test("puts the source's claims beside what was measured here, and says of the rest that it was not", () => {
    const tables = reportOf(traces).sections.flatMap(({ parts }) =>
      parts.flatMap((part) => ("table" in part ? [part.table] : [])),
    );
    const rows = tables.find(({ id }) => id === "claims")?.rows.map(({ what, here }) => [what, here]) ?? [];
    const here = Object.fromEntries(rows) as Record<string, string>;
    expect(here["traces per second"]).toBe("30.0, 4 at a time (simulated)");
    expect(here["cost per trace"]).toBe("$0.010 (simulated)");
    expect(here["accuracy gained"]).toMatch(/^[+−]\d+\.\d points, 95 % .*, feedback classifier \(simulated\)$/);
    expect(here["traces until a policy has settled"]).toMatch(/^not measured in one run; /);
  });

  test("of traces that an oracle stopped says so beside its headline and before its figures", () => {
    const stopped = traces.map((one) => ({ ...one, feedback: "oracle" as const }));
    const report = reportOf(stopped, { ...compared(stopped), feedback: "oracle" });
    expect(report.stats?.[0]?.note).toContain("feedback oracle, simulated");
    expect(report.sections[0]?.intro).toMatch(/^Feedback oracle: /);
    expect(report.sections.find(({ title }) => title === "Against other policies")?.intro).toContain(
      "what they gain, nobody gains who has to do without",
    );
  });

  test("of an empty run still reads", async () => {
    const page = reportPage(reportOf([]), "");
    expect(page).toContain("Asking again: r");
  });
});

test("traces are shown by fate, ten of each at most, the first ones", () => {
  const [wrong, right] = [
    { answer: "1", right: false },
    { answer: "42", right: true },
  ];
  const kinds = [[wrong, right], [right, wrong], [wrong, wrong], [right], [right, wrong, right]];
  expect(kinds.map((turns) => fateOf(trace("q", turns)))).toEqual([
    ...["improved", "broken", "unchanged", "asked once", "unchanged"],
  ]);
  const picker = tracePicker();
  for (let at = 0; at < 30; at++) picker.add(trace(`q${at}`, at % 2 === 0 ? [wrong, right] : [right]));
  const shown = picker.shown();
  expect(shown).toHaveLength(20);
  expect(shown[0]?.trace.question_id).toBe("q0");
  expect(shown[9]?.trace.question_id).toBe("q18");
});

test("regret is measured on what each action earned, drawn to 0 where little was seen; stopping earns 0", () => {
  const arms = runArms({ rewards: { none: { n: 50, sum: 0 }, p_a: { n: 1_000_000, sum: 2e5 } } }, [
    "none",
    "p_a",
    "p_b",
  ]);
  expect(arms.map(({ mean }) => Number(mean.toFixed(4)))).toEqual([0, 0.2, 0]);
  const lines = regretLines({ rewards: { p_a: { n: 1_000, sum: 300 } } }, ["none", "p_a", "p_b"], { seed: 3 });
  const last = Object.fromEntries(lines.map(({ algorithm, points }) => [algorithm, points.at(-1)?.mean ?? 0]));
  // Of three actions two earn nothing: drawing among them loses two thirds of the best mean at every step.
  expect(last.random).toBeGreaterThan(390);
  expect(last.random).toBeLessThan(410);
  expect(last.gaussian_ts).toBeLessThan(40);
});

describe.skipIf(!browser)("in Chromium", () => {
  test("nothing is cut off at 1280 and 390 px, no script of an answer runs, nothing is asked of the network", async () => {
    const report = reportOf(traces, compared(traces));
    const text = reportPage(report, await loadPlotly("cartesian"));
    const views = [
      { width: 1280, scheme: "light", hash: "" },
      { width: 390, scheme: "dark", hash: "" },
      { width: 390, scheme: "light", hash: "#detail=trace-0" },
    ] as const;
    for (const view of views) {
      const { page, said, asked } = await open(`report-${view.width}-${view.scheme}.html`, text, view);
      expect([said, asked, await cutOff(page)]).toEqual([[], [], []]);
      expect(await page.title()).toBe("Asking again: gsm8k");
      expect(await page.locator(".main-svg").count()).toBeGreaterThan(0);
      expect(await page.locator(".stats strong").first().textContent()).toBe(report.stats?.[0]?.value);
      expect(await page.locator("img").count()).toBe(0);
      if (view.hash !== "") expect(await page.locator("dialog[open]").innerText()).toContain("<img src=x onerror");
    }
  });
});
