import { memoryDisk } from "corrigenda/files";
import { billKey, startOfflineService } from "corrigenda/provider/offline";
import { keyedRng } from "corrigenda/rng";
import {
  accuracyAfter,
  type Cell,
  cellAccuracy,
  cellFor,
  cellTransitions,
  fillTemplate,
  firstMessages,
  firstPrompt,
  mockAnswer,
  oracleStopAccuracy,
  PRESETS,
  type Preset,
  type Question,
  repromptMessages,
  type Scoring,
  scoringOf,
  simulatedAsk,
  simulatedFigures,
  simulateSelfcorrect,
  solveSettled,
  solveShares,
  steadyAccuracy,
  type Template,
} from "corrigenda/selfcorrect";
import { realClock } from "corrigenda/time";
import { describe, expect, test } from "vitest";

const template: Template = {
  id: "p_are_you_sure",
  style: "neutral",
  cognitive_load: "low",
  text: "Are you sure about <ANSWER>?",
};
const cellsOf = (preset: Preset): [string, Cell][] => Object.entries(preset.cells);
const everyCell = Object.entries(PRESETS).flatMap(([name, preset]) =>
  cellsOf(preset).map(([dataset, cell]) => ({ name, dataset, preset: preset as Preset, cell })),
);

describe("the closed form of asking again", () => {
  test("is the recursion acc' = acc (1 - EIR) + (1 - acc) ECR, and nears ECR / (EIR + ECR) by |1 - EIR - ECR| a round", () => {
    const rates = { ecr: 0.2, eir: 0.1 };
    let accuracy = 0.9;
    for (let round = 0; round < 6; round++) {
      expect(accuracyAfter(0.9, rates, round)).toBeCloseTo(accuracy, 12);
      accuracy = accuracy * (1 - rates.eir) + (1 - accuracy) * rates.ecr;
    }
    expect(accuracyAfter(0.9, rates, Number.POSITIVE_INFINITY)).toBeCloseTo(2 / 3, 12);
    const [far, near] = [accuracyAfter(0.9, rates, 3), accuracyAfter(0.9, rates, 4)].map((one) => one - 2 / 3);
    expect((near as number) / (far as number)).toBeCloseTo(0.7, 12);
    expect(accuracyAfter(0.4, { ecr: 0, eir: 0 }, 5)).toBe(0.4);
  });

  test("rates solved from three accuracies and an oracle's pass through them; where none exist that is said", () => {
    const { ecr, eir, stubborn, first } = solveSettled([0.759, 0.751, 0.747], 0.843);
    expect(ecr + eir).toBeCloseTo(0.5, 12);
    const open = 1 - stubborn;
    for (const [round, accuracy] of [0.759, 0.751, 0.747].entries())
      expect(open * accuracyAfter(first, { ecr, eir }, round)).toBeCloseTo(accuracy, 12);
    expect(1 - stubborn - open * (1 - first) * (1 - ecr) ** 2).toBeCloseTo(0.843, 12);
    expect(() => solveSettled([0.49, 0.49, 0.43], 0.59)).toThrow("several levels");
    expect(() => solveShares(0.5, { fixed: 0.6, broken: 0 })).toThrow("no rates in [0, 1]");
  });
});

describe("a preset's closed form is its publication's table", () => {
  test.each<[name: keyof typeof PRESETS, dataset: string, percents: number[]]>([
    ["huang-gpt-3.5", "*", [75.9, 75.1, 74.7]],
    ["huang-gpt-3.5", "csqa", [75.8, 38.1, 41.8]],
    ["huang-gpt-3.5", "hotpotqa", [26, 25, 25]],
    ["huang-gpt-4", "*", [95.5, 91.5, 89]],
    ["huang-gpt-4", "csqa", [82, 79.5, 80]],
    ["huang-gpt-4", "hotpotqa", [49, 49, 43]],
    ["score-base", "*", [52.6, 41.4]],
    ["flipflop", "*", [70, 53]],
    ["flipflop", "boolq", [70, 53]],
    ["kojima-csqa", "*", [68.8, 64.6]],
    ["kojima-addsub", "*", [72.2, 69.6]],
  ])("%s on %s", (name, dataset, percents) => {
    const cell = Object.fromEntries(cellsOf(PRESETS[name]))[dataset] ?? [];
    for (const [round, percent] of percents.entries()) expect(100 * cellAccuracy(cell, round)).toBeCloseTo(percent, 9);
  });

  test.each<[name: "huang-gpt-3.5" | "huang-gpt-4", dataset: "*" | "csqa" | "hotpotqa", percent: number]>([
    ["huang-gpt-3.5", "*", 84.3],
    ["huang-gpt-3.5", "csqa", 89.7],
    ["huang-gpt-3.5", "hotpotqa", 29],
    ["huang-gpt-4", "*", 97.5],
    ["huang-gpt-4", "csqa", 85.5],
    ["huang-gpt-4", "hotpotqa", 59],
  ])("%s on %s reaches %d %% under an oracle stop of two rounds (Huang et al., Table 2)", (name, dataset, percent) => {
    expect(100 * oracleStopAccuracy(PRESETS[name].cells[dataset], 2)).toBeCloseTo(percent, 9);
  });

  test("GPT-3.5 keeps 74.7 % of its GSM8K answers over two rounds (Huang et al.), which nothing was fitted to", () => {
    // A right answer that is broken and fixed again counts as kept, a wrong one that comes back by chance does not: within 1 point.
    let kept = 0;
    for (const { share, first, rates } of PRESETS["huang-gpt-3.5"].cells["*"]) {
      const { ecr, eir, waver } = rates();
      kept += share * (first * ((1 - eir) ** 2 + eir * ecr) + (1 - first) * (1 - ecr - waver) ** 2);
    }
    expect(Math.abs(kept - 0.747)).toBeLessThan(0.01);
  });

  test("a data set's variants share its cell; data sets without a cell have the general one", () => {
    const preset: Preset = PRESETS["huang-gpt-4"];
    expect(cellFor(preset, "hotpotqa-fullwiki")).toBe(preset.cells.hotpotqa);
    expect(cellFor(preset, "hotpotqa")).toBe(preset.cells.hotpotqa);
    for (const name of ["gsm8k", "my-own", "mock"]) expect(cellFor(preset, name)).toBe(preset.cells["*"]);
  });

  test("SCoRe's base model fixes 4.6 % and breaks 15.8 % of all answers (Table 2); FlipFlop's flip 46 % of them", () => {
    const score = cellTransitions(PRESETS["score-base"].cells["*"]);
    expect(score.fixed).toBeCloseTo(0.046, 12);
    expect(score.broken).toBeCloseTo(0.158, 12);
    for (const cell of Object.values(PRESETS.flipflop.cells))
      expect(cellTransitions(cell).flipped).toBeCloseTo(0.46, 12);
  });

  test("Reflexion's curve under an oracle stop lies within 2 standard errors of 100 questions at every trial", () => {
    for (const [round, percent] of [61, 69, 69, 70, 72, 74, 75, 75].entries()) {
      const error = Math.sqrt((percent * (100 - percent)) / 100);
      const off = Math.abs(100 * oracleStopAccuracy(PRESETS.reflexion.cells["*"], round) - percent);
      expect(off, `trial ${round}`).toBeLessThan(2 * error);
    }
  });

  test("every cell's shares sum to 1 and every rate is a probability, for every kind of template", () => {
    for (const { name, dataset, cell } of everyCell) {
      expect(cell.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
      for (const level of cell)
        for (const style of ["neutral", "adversarial", "critique-revise", "exhaustive"] as const) {
          const { ecr, eir, waver, polish } = level.rates({ ...template, style, cognitive_load: "high" });
          for (const one of [level.first, ecr, eir, waver, polish, ecr + waver, eir + polish])
            expect(one >= 0 && one <= 1 + 1e-12, `${name} ${dataset}: ${one}`).toBe(true);
        }
    }
  });
});

describe("a simulated model, asked in this process", () => {
  const [questions, rounds] = [1000, 4];

  // Of 15 cells with 13 figures each, one in 370 lies outside 3 standard errors by chance: the seed is one where none does.
  test.each(everyCell)(
    "$name on $dataset keeps to the closed form within 3 standard errors",
    ({ preset, dataset, cell }) => {
      const figures = simulatedFigures({ preset, dataset, template, questions, rounds, seed: 3 });
      const within = (count: number, share: number, what: string): void => {
        const error = Math.sqrt((share * (1 - share)) / questions);
        expect(Math.abs(count / questions - share), what).toBeLessThanOrEqual(3 * error + 1e-12);
      };
      for (let round = 0; round <= rounds; round++) {
        within(figures.right[round] ?? 0, cellAccuracy(cell, round, template), `accuracy after ${round}`);
        within(
          figures.oracleRight[round] ?? 0,
          oracleStopAccuracy(cell, round, template),
          `oracle stop after ${round}`,
        );
      }
      const wanted = cellTransitions(cell, template);
      for (const move of ["fixed", "broken", "flipped"] as const) within(figures[move], wanted[move], move);
    },
  );

  test("after 12 rounds the accuracy is the steady state, and the same seed gives the same counts", () => {
    const asked = { preset: PRESETS["score-base"], dataset: "*", template, questions: 500, rounds: 12, seed: 3 };
    const figures = simulatedFigures(asked);
    const steady = steadyAccuracy(asked.preset.cells["*"], template);
    const error = Math.sqrt((steady * (1 - steady)) / 500);
    expect(Math.abs((figures.right[12] ?? 0) / 500 - steady)).toBeLessThan(3 * error);
    expect(simulatedFigures(asked)).toEqual(figures);
    expect(simulatedFigures({ ...asked, seed: 4 })).not.toEqual(figures);
  });
});

describe("what it says", () => {
  const poland: Question = {
    id: "h1",
    question: "Which city was the home of the painter?",
    reference_answer: "Bath, Maine",
    context:
      "The painter Anna Holm lived in Bath, Maine. She had studied in Boston. Her friend Karl Brandt moved to Portland.",
  };
  const asked: readonly (readonly [string, Question])[] = [
    [
      "gsm8k",
      {
        id: "g1",
        question: "Ann has 48 clips and buys 24. How many?",
        reference_answer: "48+24 = <<48+24=72>>72\n#### 72",
      },
    ],
    ["gsm8k-strict", { id: "g2", question: "Ann has 48 clips and buys 24. How many?", reference_answer: "72" }],
    ["hotpotqa", poland],
    ["boolq", { id: "b1", question: "is the sea salty", reference_answer: "yes", context: "Sea water holds salt." }],
    ["boolq", { id: "b2", question: "is the sea sweet", reference_answer: "no", context: "Sea water holds salt." }],
    ["my-own", poland],
  ];
  const model = (templates: readonly Template[], known?: { question: Question; scoring: Scoring }) =>
    simulateSelfcorrect({ preset: PRESETS.flipflop, templates, references: () => known });

  test.each(asked)(
    "%s: right and wrong replies are read by the data set's own rule, and asked again they move",
    (name, question) => {
      const scoring = scoringOf(name);
      const first = firstPrompt(question, scoring);
      const simulator = model([template], { question, scoring });
      const seen = new Set<string>();
      for (let seed = 0; seed < 60; seed++) {
        const one = simulator({ model: "m", messages: firstMessages(first) }, keyedRng(seed, "first")) ?? "";
        const prompt = fillTemplate(template, scoring.extract(one) ?? "");
        const two =
          simulator({ model: "m", messages: repromptMessages(first, one, prompt) }, keyedRng(seed, "again")) ?? "";
        expect(scoring.extract(one), one).toBeDefined();
        expect(scoring.extract(two), two).toBeDefined();
        expect(two).not.toBe(one);
        seen.add(
          [one, two].map((text) => (scoring.isCorrect(text, question.reference_answer) ? "right" : "wrong")).join(" "),
        );
      }
      expect(seen).toEqual(new Set(["right right", "right wrong", "wrong right", "wrong wrong"]));
    },
  );

  test("all chance is the rng's; requests of other shapes and unknown questions are not answered", () => {
    const request = { model: "m", messages: firstMessages("What is 6 * 7?") };
    expect(model([])(request, keyedRng(1))).toBe(model([])(request, keyedRng(1)));
    expect(model([])({ ...request, messages: firstMessages("Who wrote this?") }, keyedRng(1))).toBeUndefined();
    expect(model([])({ ...request, messages: [{ role: "system", content: "x" }] }, keyedRng(1))).toBeUndefined();
    const twice = repromptMessages("What is 6 * 7?", "42", "Sure?").concat(firstMessages("And again?"));
    expect(model([])({ ...request, messages: twice }, keyedRng(1))).toBeUndefined();
  });

  test("a re-prompt is known by its template's text, whatever answer stands in it, the longest text first", () => {
    const rates = (ecr: number) => ({ ecr, eir: 1 - ecr, waver: 0, polish: 0 });
    const short: Template = { ...template, id: "short", text: "Check <ANSWER>" };
    const long: Template = { ...template, id: "long", text: "Check <ANSWER> line by line." };
    const level = { share: 1, first: 1, rates: (known?: Template) => rates(known?.id === "long" ? 1 : 0) };
    const preset: Preset = { source: "made up", cells: { "*": [level] } };
    const simulator = simulateSelfcorrect({ preset, templates: [short, long], references: () => undefined });
    const right = (prompt: string): boolean => {
      const messages = repromptMessages("What is 6 * 7?", "#### 42", prompt);
      return (simulator({ model: "m", messages }, keyedRng(1)) ?? "").endsWith("#### 42");
    };
    expect(right("Check 42")).toBe(false);
    expect(right("Check 42 line by line.")).toBe(true);
    expect(right("Something else")).toBe(false);
  });

  test("a difficulty belongs to the question: the same question is easy or hard under every preset with these shares", () => {
    const level = (first: number) => ({ share: 0.5, first, rates: () => ({ ecr: 0, eir: 0, waver: 0, polish: 0 }) });
    const preset: Preset = { source: "made up", cells: { "*": [level(1), level(0)] } };
    const simulator = simulateSelfcorrect({ preset, templates: [], references: () => undefined });
    const rightOf = (question: string, seed: number): boolean => {
      const text = simulator({ model: "m", messages: firstMessages(question) }, keyedRng(seed)) ?? "";
      return scoringOf("mock").isCorrect(text, mockAnswer(question) ?? "");
    };
    const questions = Array.from({ length: 200 }, (_, i) => `What is ${100 + i} + 7?`);
    for (const question of questions) expect(rightOf(question, 1)).toBe(rightOf(question, 2));
    const easy = questions.filter((question) => rightOf(question, 1)).length;
    expect(Math.abs(easy - 100)).toBeLessThan(3 * Math.sqrt(200 * 0.25));
  });

  test("over the offline service it says what it says in this process with the service's key of the same body", async () => {
    const simulator = model([template]);
    const disk = memoryDisk();
    const service = await startOfflineService({ disk, clock: realClock, simulators: [simulator] });
    const endpoint = "/v1/chat/completions";
    let body = "";
    const ask = simulatedAsk(simulator, ({ model }) =>
      keyedRng("offline", model, billKey(endpoint, Buffer.from(body))),
    );
    const first = "What is 6 * 7?\n\nEnd with #### and the number.";
    const again = repromptMessages(first, "#### 41", fillTemplate(template, "41"));
    for (const messages of [firstMessages(first), again]) {
      body = JSON.stringify({ model: "m", messages });
      const headers = { authorization: "Bearer any", "content-type": "application/json" };
      const reply = await fetch(`${service.url}${endpoint}`, { method: "POST", headers, body });
      const { choices } = (await reply.json()) as { choices: { message: { content: string } }[] };
      expect(choices[0]?.message.content).toMatch(/#### \d+$/);
      expect(ask({ model: "m", messages })).toBe(choices[0]?.message.content);
    }
    await service.close();
  });
});
