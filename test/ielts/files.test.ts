import { textLines, writeLines } from "corrigenda/engine";
import { memoryDisk, readText } from "corrigenda/files";
import {
  type Audit,
  answerOf,
  auditor,
  checkFile,
  countedCost,
  defaultEpochs,
  type EvidenceLine,
  type Example,
  FAULTS,
  type Fault,
  finetuneLine,
  finished,
  lineProblems,
  makeFiles,
  nearDuplicates,
  nextSteps,
  readUserText,
  SCHEMAS,
  schemaProblems,
  secondItems,
  sourceCost,
  sourceCostLines,
  splitter,
  type Target,
  userText,
} from "corrigenda/ielts";
import type { Json, JsonObject } from "corrigenda/json";
import { loadTokenizer } from "corrigenda/text";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evidence, example, examples } from "./fixture.ts";

const four = (essay: string) => [0, 1, 2, 3].map(() => evidence(essay));
const line = (one: Example = example()): string => finetuneLine(one, four(one.essay));
const answer = (): JsonObject => answerOf(example(), four(example().essay));
const stream = async function* <T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* values;
};

describe("a line of a training file", () => {
  test("is system, user, assistant; the answer is JSON text and not escaped", () => {
    const one = example({ essay: "Café “naïve” peoples should to help them all, I think so." });
    const { messages } = JSON.parse(line(one)) as { messages: { role: string; content: string }[] };
    expect(messages.map(({ role }) => role)).toEqual(["system", "user", "assistant"]);
    expect(line(one)).toContain("Café “naïve”");
    expect(messages[1]?.content.startsWith("Task 2 Question:\nIs it so?\n\n")).toBe(true);
    expect(Object.keys(JSON.parse(messages[2]?.content ?? "") as object)).toEqual(["per_criterion", "overall"]);
  });

  test("leaves a blank question out, and its essay can be read back whatever is in it", () => {
    expect(userText({ prompt: " ", essay: "Essay." })).not.toContain("Question");
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1, unit: "grapheme" }), (prompt, essay) => {
        fc.pre(prompt.trim() !== "" && !prompt.includes("Essay:"));
        expect(readUserText(userText({ prompt, essay }))).toEqual({ prompt, essay });
      }),
    );
  });
});

describe("score_response.v1", () => {
  const full = (): JsonObject => ({
    ...answer(),
    ...{ votes: [6, 6.5, 6], dispersion: 0.5, confidence: "high" },
    meta: {
      prompt_hash: "x",
      model: "m",
      schema_version: "v1",
      rubric_version: "1",
      token_usage: { input_tokens: 1, output_tokens: 1 },
    },
  });
  const criterion = (over: object): Json =>
    [{ ...((answer().per_criterion as JsonObject[])[0] as object), ...over }] as unknown as Json;

  test("the full form and the fine-tune subset hold what they should, and the one is not the other", () => {
    expect(schemaProblems(full(), SCHEMAS.full)).toEqual([]);
    expect(schemaProblems(answer(), SCHEMAS.finetune)).toEqual([]);
    expect(schemaProblems(answer(), SCHEMAS.full)).toEqual([
      "votes: is missing",
      "dispersion: is missing",
      "confidence: is missing",
      "meta: is missing",
    ]);
    expect(schemaProblems(full(), SCHEMAS.finetune)).toHaveLength(4);
  });

  test.each<[string, JsonObject, string]>([
    ["off the grid", { ...full(), overall: 6.15 }, "overall: 6.15 is no multiple of 0.5"],
    ["above nine", { ...full(), overall: 9.5 }, "overall: 9.5 is above 9"],
    ["a fourth vote", { ...full(), votes: [6, 6, 6, 6] }, "votes: has 4 entries, at most 3 expected"],
    ["another word", { ...full(), confidence: "medium" }, 'confidence: "medium" is none of high, low'],
    ["a key too many", { ...full(), notes: "x" }, "notes: is not allowed"],
    [
      "a key of every object",
      { ...full(), __proto__: null, constructor: "x" } as JsonObject,
      "constructor: is not allowed",
    ],
    [
      "a free type",
      { ...full(), per_criterion: criterion({ errors: [{ span: "a", type: "clarity", fix: "b" }] }) },
      'per_criterion[0].errors[0].type: "clarity" is none of grammar, lexical, coherence, task, other',
    ],
    [
      "four quotes",
      { ...full(), per_criterion: criterion({ evidence_quotes: ["a", "b", "c", "d"] }) },
      "per_criterion[0].evidence_quotes: has 4 entries, at most 3 expected",
    ],
    [
      "an empty quote",
      { ...full(), per_criterion: criterion({ evidence_quotes: [""] }) },
      "per_criterion[0].evidence_quotes[0]: has 0 characters, at least 1 expected",
    ],
    ["no criterion", { ...full(), per_criterion: [] }, "per_criterion: has 0 entries, at least 1 expected"],
    ["a text for a number", { ...full(), overall: "6" }, "overall: is no number"],
    [
      "another version",
      { ...full(), meta: { ...(full().meta as JsonObject), schema_version: "v2" } },
      'meta.schema_version: is not "v1"',
    ],
  ])("%s is found", (_, value, problem) => expect(schemaProblems(value, SCHEMAS.full)).toEqual([problem]));
});

describe("both services' rules, on every line", () => {
  const rules = { target: "openai" as Target, contextTokens: 65_536, trains: true };
  const check = async (lines: readonly string[], over: Partial<typeof rules> = {}) =>
    checkFile(stream(lines), { ...rules, ...over }, await loadTokenizer("o200k_base"));
  const twelve = Array.from({ length: 12 }, () => line());
  const edit = (
    change: (value: { messages: { role: string; content: string; name?: string }[]; tools?: object }) => void,
  ): string => {
    const value = JSON.parse(line()) as Parameters<typeof change>[0];
    change(value);
    return JSON.stringify(value);
  };

  test.each<[string, string, string]>([
    ["not JSON", "{", "is not JSON"],
    ["an empty line", " ", "is empty"],
    ["a list", "[]", "is no JSON object"],
    ["no messages", "{}", "has no list of messages"],
    ["another key", edit((value) => Object.assign(value, { extra: 1 })), 'has the key "extra", which no service knows'],
    ["two messages", edit(({ messages }) => messages.splice(0, 1)), "has 2 messages, three expected"],
    ["another order", edit(({ messages }) => messages.reverse()), 'message 1 is of role "assistant", system expected'],
    [
      "a key of a message",
      edit(({ messages }) => Object.assign(messages[1] ?? {}, { name: "x" })),
      'message 2 has the key "name"',
    ],
    [
      "no content",
      edit(({ messages }) => Object.assign(messages[1] ?? {}, { content: "" })),
      "message 2 has no content",
    ],
    [
      "an answer that is no JSON",
      edit(({ messages }) => Object.assign(messages[2] ?? {}, { content: "Band 6" })),
      "the assistant's content is not JSON",
    ],
    [
      "another overall",
      edit(({ messages }) =>
        Object.assign(messages[2] ?? {}, { content: JSON.stringify({ ...answer(), overall: 7 }) }),
      ),
      "overall: 7 is not the rounded mean 6 of the criteria",
    ],
  ])("%s is found on line 9, beyond the source's first five", async (_, bad, what) => {
    const { problems, examples: n } = await check([...twelve.slice(0, 8), bad, ...twelve.slice(8)]);
    expect(problems).toContainEqual({ line: 9, what });
    expect(problems.every(({ line: at }) => at === 9)).toBe(true);
    expect(n).toBe(bad === " " ? 12 : 13);
  });

  test("tokens are counted as the service does: the contents, 4 a message and 3", async () => {
    const tokenizer = await loadTokenizer("o200k_base");
    const { contents } = lineProblems(line());
    const one = contents.reduce((sum, text) => sum + tokenizer.count(text), 0) + 15;
    expect(await check(twelve)).toMatchObject({ tokens: 12 * one, mostTokens: one, problems: [] });
    expect((await check(twelve, { contextTokens: one - 1 })).problems[0]).toEqual({
      line: 1,
      what: `has ${one} tokens, the model takes ${one - 1}`,
    });
  });

  test("Azure wants a byte order mark, OpenAI none; ten examples train, fifty are advised", async () => {
    const marked = [`\uFEFF${twelve[0]}`, ...twelve.slice(1)];
    expect((await check(marked, { target: "azure" })).problems).toEqual([]);
    expect((await check(twelve, { target: "azure" })).problems[0]?.what).toContain("no byte order mark");
    expect((await check(marked)).problems[0]?.what).toContain("OpenAI refuses");
    expect((await check(twelve.slice(0, 9))).problems).toEqual([
      { line: 0, what: "has 9 examples, both services ask for at least 10" },
    ]);
    expect((await check(twelve.slice(0, 9), { trains: false })).problems).toEqual([]);
    expect((await check(twelve)).advice).toEqual(["12 examples are few: 50 to 100 or more are recommended"]);
  });

  test("problems are counted in full and kept to a hundred", async () => {
    const { problems, problemCount } = await check(Array.from({ length: 150 }, () => "{"));
    expect([problems.length, problemCount]).toEqual([100, 150]);
  });
});

describe("cost", () => {
  test("the source's formula and print, to the letter", () => {
    expect(sourceCostLines(sourceCost(1_000))).toEqual([
      "Training examples: 1000",
      "Estimated tokens: 1,500,000",
      "Estimated training cost: $12.00",
    ]);
    expect([4, 1_600].map((n) => sourceCost(n).estimated_training_cost_usd)).toEqual([0.05, 19.2]);
    expect(sourceCost(4)).toMatchObject({ total_tokens: 6_000, avg_tokens_per_example: 1_500 });
  });

  // n·epochs of the cookbook's rule, worked by hand.
  test.each([
    [10, 10],
    [3, 25],
    [33, 3],
    [34, 3],
    [50, 3],
    [8_000, 3],
    [10_000, 2],
    [30_000, 1],
  ])("%d examples get %d epochs by default", (examples, epochs) => expect(defaultEpochs(examples)).toBe(epochs));

  test("counted tokens times epochs times the price; null where none is known", () => {
    const counted = { tokens: 1_000_000, examples: 1_000 };
    expect(countedCost(counted, { model: "m", usdPerMillion: 3 })).toMatchObject({ epochs: 3, usd: 9 });
    expect(countedCost(counted, { model: "m", usdPerMillion: undefined })).toMatchObject({ usd: null });
  });
});

describe("split", () => {
  const parts = (all: readonly Pick<Example, "prompt" | "essay" | "overall">[], ratio = 0.2, seed = 42) => {
    const all_ = splitter();
    for (const one of all) all_.add(one);
    return all_.split({ ratio, seed });
  };

  test("the size is the source's, every band has its share, questions stay together", async () => {
    const all = await examples(400);
    const { validation, report } = parts(all);
    expect(report.wantedValidation).toBe(Math.ceil(all.length * 0.2));
    expect(Math.abs(report.validation - report.wantedValidation)).toBeLessThanOrEqual(2);
    for (const [, members] of Map.groupBy(all.keys(), (place) => all[place]?.overall)) {
      const there = members.filter((place) => validation[place]).length;
      expect(Math.abs(there - members.length * 0.2)).toBeLessThanOrEqual(2 + members.length * 0.05);
    }
    const sides = Map.groupBy(all.keys(), (place) => all[place]?.prompt);
    for (const [prompt, members] of sides)
      if (prompt !== "") expect(new Set(members.map((place) => validation[place])).size).toBe(1);
  });

  test("near-duplicate essays and near-equal questions stay on one side", async () => {
    const all = await examples(60);
    const copies = all.slice(0, 40).map((one, n) => ({
      ...one,
      prompt: `Another question ${n * 7919}?`,
      essay: one.essay.replace(/\bthe\b/, "these"),
    }));
    const asked = all
      .slice(0, 20)
      .filter(({ prompt }) => prompt !== "")
      .map((one, n) => ({
        ...one,
        essay: `${one.essay.split("").reverse().join("")} ${n}`,
        prompt: `${one.prompt} Why?`,
      }));
    const both = [...all, ...copies, ...asked];
    const { validation, report } = parts(both);
    expect(report.nearDuplicateEssays).toBeGreaterThanOrEqual(40);
    expect(report.nearDuplicatePrompts).toBeGreaterThan(0);
    for (let n = 0; n < copies.length; n++) expect(validation[n]).toBe(validation[all.length + n]);
  });

  test("no ratio, no validation; one question alone cannot be split; the same seed splits alike", async () => {
    const all = await examples(30);
    expect(parts(all, 0).report.validation).toBe(0);
    expect(parts(all.map((one) => ({ ...one, prompt: "The same question for all?" }))).report).toMatchObject({
      validation: 0,
      groups: 1,
    });
    expect(parts(all).validation).toEqual(parts(all).validation);
    expect(parts(all).validation).not.toEqual(parts(all, 0.2, 7).validation);
    expect(parts(all.slice(0, 1)).report.validation).toBe(0);
  });

  test("signatures tell near-duplicates from texts of one topic", async () => {
    const [{ essay: one } = example(), { essay: other } = example()] = await examples();
    const near = nearDuplicates(4);
    near.add(one);
    expect(near.add(other)).toEqual([]);
    expect(near.add(one.replaceAll(",", " ;").toUpperCase())).toEqual([0]);
    expect(near.add(`${one} One more sentence.`)).toContain(0);
  });
});

describe("replies put together", () => {
  const lines = (row: number, bad: readonly number[]): EvidenceLine[] =>
    [0, 1, 2, 3].map((criterion) => {
      const place = { id: `r${row}-${criterion}`, row, criterion };
      return bad.includes(criterion)
        ? { ...place, ok: false, reason: "not JSON", detail: "…" }
        : { ...place, ok: true, evidence: evidence(example().essay) };
    });
  const rows = [0, 1, 2, 3].map((row) => example({ row }));
  const first = [...lines(0, []), ...lines(1, [2]), ...lines(2, [0, 3]), ...lines(3, [])];

  test("a second reply stands for the first, and a row whose second reply fails too goes, with its reason", async () => {
    const second = [lines(1, [])[2], lines(2, [])[0], lines(2, [3])[3]].flatMap((one) => one ?? []);
    const all = await Array.fromAsync(finished(stream(rows), stream(first), stream(second)));
    expect(all.map((one) => (one.ok ? one.asked : one.rejected))).toEqual([
      0,
      1,
      { row: 2, reason: "not JSON", detail: "…" },
      0,
    ]);
    expect(all.every((one) => !one.ok || one.evidence.length === 4)).toBe(true);
  });

  test("only what came to nothing is asked again, in the order of the rows", async () => {
    const again = await Array.fromAsync(secondItems(stream(rows), stream(first)));
    expect(again.map(({ example: { row }, criterion, fault }) => [row, criterion, fault])).toEqual([
      [1, 2, "not JSON"],
      [2, 0, "not JSON"],
      [2, 3, "not JSON"],
    ]);
  });
});

describe("the independent check", () => {
  const made = async (target: Target, ratio = 0.25) => {
    const disk = memoryDisk();
    const all = (await examples(60)).map((one) => ({
      ok: true as const,
      example: one,
      evidence: four(one.essay),
      asked: 0,
    }));
    const io = {
      write: (path: string, lines: () => AsyncIterable<string> | Iterable<string>) => writeLines(disk, path, lines),
      lines: (path: string) => textLines(disk, path),
    };
    const tokenizer = await loadTokenizer("o200k_base");
    const options = { folder: "out", table: "table.jsonl", target, ratio, seed: 1, contextTokens: 65_536, tokenizer };
    const result = await makeFiles(io, { finished: () => stream(all), skipped: () => stream([]) }, options);
    const texts = async (name: string) =>
      (await disk.size(`out/${name}.jsonl`)) === undefined ? [] : Array.fromAsync(textLines(disk, `out/${name}.jsonl`));
    const [train, validation] = [await texts("train"), await texts("validation")];
    const metadata = {
      target,
      train_examples: train.length,
      validation_examples: validation.length,
      total_examples: train.length + validation.length,
    };
    return { disk, train, validation, metadata, result };
  };
  const audit = (train: readonly string[], validation: readonly string[], metadata: Json): Audit => {
    const check = auditor();
    for (const [at, text] of train.entries()) check.line("train", at + 1, text);
    for (const [at, text] of validation.entries()) check.line("validation", at + 1, text);
    return check.result(metadata);
  };

  test.each<Target>(["azure", "openai"])(
    "finds nothing in the files of %s, whose every line validates",
    async (target) => {
      const { train, validation, metadata, result, disk } = await made(target);
      expect(audit(train, validation, metadata).places).toEqual([]);
      expect([result.train.problems, result.validation?.problems]).toEqual([[], []]);
      expect((await Array.fromAsync(disk.read("out/train.jsonl")))[0]?.[0]).toBe(target === "azure" ? 0xef : 0x7b);
      expect(train.length + validation.length).toBe(85);
    },
  );

  test("no validation file where the ratio is 0", async () => {
    const { disk, result } = await made("azure", 0);
    expect(await disk.size("out/validation.jsonl")).toBeUndefined();
    expect(result.names).toEqual(["train.jsonl", "rejected.jsonl"]);
    expect(await readText(disk, "out/rejected.jsonl")).toBe("");
  });

  interface Answer {
    per_criterion: {
      name: string;
      band: number;
      evidence_quotes: string[];
      errors: { span: string; type: string; fix: string }[];
      suggestions: string[];
      extra?: number;
    }[];
    overall: number;
  }
  const changed = (text: string, change: (answer: Answer) => void): string => {
    const value = JSON.parse(text) as { messages: { content: string }[] };
    const message = value.messages[2] as { content: string };
    const inner = JSON.parse(message.content) as Answer;
    change(inner);
    message.content = JSON.stringify(inner);
    return JSON.stringify(value);
  };
  const one = (inner: Answer) => inner.per_criterion[1] as Answer["per_criterion"][number];
  const plants: Record<
    Exclude<Fault, "question on both sides" | "essay on both sides" | "metadata disagrees" | "byte order mark">,
    (text: string) => string
  > = {
    "line is not JSON": (text) => text.slice(0, -1),
    "wrong messages": (text) => text.replace('"role":"system"', '"role":"user"'),
    "answer is not JSON": (text) => text.replace(/"content":"\{/, '"content":"{{'),
    "wrong criteria": (text) => changed(text, (inner) => inner.per_criterion.reverse()),
    "quote not in the essay": (text) =>
      changed(text, (inner) => one(inner).evidence_quotes.splice(0, 1, "Nobody wrote this.")),
    "wrong number of quotes": (text) => changed(text, (inner) => one(inner).evidence_quotes.splice(0)),
    "span not in the essay": (text) =>
      changed(text, (inner) => Object.assign(one(inner).errors[0] ?? {}, { span: "nobody's words" })),
    "type outside the five": (text) =>
      changed(text, (inner) => Object.assign(one(inner).errors[0] ?? {}, { type: "clarity" })),
    "band off the grid": (text) =>
      changed(text, (inner) => Object.assign(one(inner), { band: one(inner).band + 0.15 })),
    "mean is not the overall band": (text) =>
      changed(text, (inner) => Object.assign(inner, { overall: inner.overall === 9 ? 1 : 9 })),
    "wrong number of suggestions": (text) => changed(text, (inner) => one(inner).suggestions.push("a", "b", "c")),
    "key that does not belong": (text) => changed(text, (inner) => Object.assign(one(inner), { extra: 1 })),
  };

  test.each(Object.entries(plants))("sees a planted fault: %s", async (fault, plant) => {
    const { train, validation, metadata } = await made("openai");
    const planted = [...train.slice(0, 6), plant(train[6] ?? ""), ...train.slice(7)];
    const { faults, places } = audit(planted, validation, metadata);
    expect(faults[fault as Fault]).toBe(1);
    expect(places.some((place) => place.startsWith(`train.jsonl:7: ${fault}`))).toBe(true);
  });

  test("sees a planted fault: question and essay on both sides, a mark, a metadata file that lies", async () => {
    const { train, validation, metadata } = await made("openai");
    const leak = [...validation, train[3] ?? ""];
    const counted = { ...metadata, validation_examples: leak.length, total_examples: train.length + leak.length };
    const { faults } = audit(train, leak, counted);
    expect([faults["question on both sides"], faults["essay on both sides"], faults["metadata disagrees"]]).toEqual([
      1, 1, 0,
    ]);
    expect(audit(train, validation, { ...metadata, train_examples: 1 }).faults["metadata disagrees"]).toBe(1);
    expect(audit(train, validation, { ...metadata, target: "azure" }).faults["metadata disagrees"]).toBe(1);
    expect(audit([train[0] ?? "", `\uFEFF${train[1]}`], [], {}).faults["byte order mark"]).toBe(1);
    expect(Object.keys(plants).length + 4).toBe(FAULTS.length);
  });
});

test("the five next steps are commands; on Azure a model is deployed before it is evaluated", () => {
  const steps = (target: Target) =>
    nextSteps({ folder: "my f", target, isOffline: false, iMaySend: true, results: "results" });
  const names = (lines: readonly string[]) =>
    lines.map((step) => /^ {2}\d\. (\w+): npx zx scripts\/ielts\//.exec(step)?.[1]);
  expect(names(steps("azure"))).toEqual(["upload", "create", "monitor", "deploy", "evaluate"]);
  expect(names(steps("openai"))).toEqual(["upload", "create", "monitor", "evaluate", "deploy"]);
  expect(steps("openai")[3]).toBe(
    "  4. evaluate: npx zx scripts/ielts/evaluate.ts 'my f' --provider openai --i-may-send --tuned",
  );
});
