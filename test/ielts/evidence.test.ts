import { aligner, ERROR_TYPES, errorType, evidencePrompt, readEvidence, simulateIelts } from "corrigenda/ielts";
import { keyedRng } from "corrigenda/rng";
import { describe, expect, test } from "vitest";
import { asked, example, examples, itemsOf } from "./fixture.ts";

const ESSAY =
  "Nowadays, many peoples “believe” that the goverment should to pay.\n\nHowever, it's not a long-term solution; children needs their parents' time. Everybody knows this.";
const find = aligner(ESSAY).find;

describe("a quote is put back into the essay's own characters:", () => {
  test.each<[string, string, string]>([
    ["many peoples “believe”", "many peoples “believe”", "exact"],
    ['Many  Peoples "believe" that', "many peoples “believe” that", "folded"],
    ["should to pay. However, it’s not", "should to pay.\n\nHowever, it's not", "folded"],
    ["“it's not a long term solution”", "it's not a long-term solution", "folded"],
    [
      "many people “believe” that the government should to pay",
      "many peoples “believe” that the goverment should to pay",
      "aligned",
    ],
    ["children need their parents' time", "children needs their parents' time", "aligned"],
    ["many peoples “believe” that ... Everybody knows", "many peoples “believe” that", "aligned"],
  ])("%s", (quote, text, match) => {
    const found = find(quote);
    expect([found?.text, found?.match]).toEqual([text, match]);
    expect(ESSAY.slice(found?.start, found?.end).trim()).toBe(text);
  });

  test.each(["The essay has a weak conclusion overall", "", " — ", "x", "zzz zzz zzz zzz"])(
    "%j is nowhere",
    (quote) => {
      expect(find(quote)).toBeUndefined();
    },
  );

  test("words are found whole", () => {
    expect(find("ment should to")?.text).toBe("goverment should to");
    expect(aligner("DHSS and DHS").find("DHS")).toMatchObject({ start: 9 });
  });

  test("whatever is found is a slice of the essay, over edits of all its sentences", async () => {
    for (const { essay } of await examples()) {
      const { find: here } = aligner(essay);
      for (const sentence of essay.split(/(?<=[.!?])\s+/)) {
        const words = sentence.split(" ");
        const edited = [
          words.slice(1).join(" "),
          sentence.toLowerCase(),
          sentence.replace(/[aeiou]/, ""),
          words.join("\n"),
        ];
        for (const quote of [sentence, ...edited]) {
          const found = here(quote);
          if (found) expect(essay.includes(found.text)).toBe(true);
        }
        expect(here(sentence)?.text).toBe(sentence);
      }
    }
  });
});

test("a passage with as many edits as are allowed is always found, and what is found is as near: against a full search", async () => {
  const essays = (await examples()).map(({ essay }) => essay);
  const rng = keyedRng(7);
  for (let round = 0; round < 300; round++) {
    const essay = rng.pick(essays);
    const from = rng.int(essay.length - 130);
    const wanted = essay.slice(from, from + 20 + rng.int(110)).trim();
    const letters = [...wanted];
    const edits = Math.min(20, Math.floor((wanted.length - 3) * 0.15) - 1);
    for (let edit = 0; edit < edits; edit++) {
      const at = rng.int(letters.length);
      const way = rng.int(3);
      if (way === 0) letters.splice(at, 1);
      else letters.splice(at, way === 1 ? 1 : 0, rng.pick([..."abcdefgh "]));
    }
    const quote = letters.join("").trim();
    const found = aligner(essay).find(quote);
    expect(found, quote).toBeDefined();
    // Ends are made whole words, which adds at most a word on each side.
    expect(distance(found?.text.toLowerCase() ?? "", quote.toLowerCase())).toBeLessThanOrEqual(
      leastDistance(essay.toLowerCase(), quote.toLowerCase()) + 40,
    );
    expect(essay.includes(found?.text ?? "?")).toBe(true);
  }
});

/** Levenshtein's, the plain way. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Of the pattern to any stretch of the text. */
function leastDistance(text: string, pattern: string): number {
  let row = Array.from({ length: pattern.length + 1 }, (_, at) => at);
  let least = pattern.length;
  for (const letter of text) {
    const next = [0];
    for (let j = 1; j <= pattern.length; j++)
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + (pattern[j - 1] === letter ? 0 : 1),
      );
    row = next;
    least = Math.min(least, row[pattern.length] ?? least);
  }
  return least;
}

test.each<[string, string]>([
  ["grammar", "grammar"],
  ["Grammar", "grammar"],
  ["subject-verb agreement", "grammar"],
  ["run_on sentence", "grammar"],
  ["word choice", "lexical"],
  ["spelling", "lexical"],
  ["informal language", "lexical"],
  ["transition", "coherence"],
  ["Cohesive device", "coherence"],
  ["overgeneralization", "task"],
  ["lack of support", "task"],
  ["???", "other"],
])("the error type %j is %s", (label, type) => expect(errorType(label)).toBe(type));

const reply = (value: object | string, finish: "stop" | "length" | "refusal" = "stop") => ({
  finish,
  text: typeof value === "string" ? value : JSON.stringify(value),
});
const good = { evidence_quotes: ["Everybody knows this."], errors: [], suggestions: ["Give a reason."] };

test("a reply is cut to three quotes, ten errors and three suggestions, each once", () => {
  const quotes = ["many peoples", "Everybody knows", "However", "parents' time", "however"];
  const errors = Array.from({ length: 14 }, (_, n) => ({ span: "many peoples", type: "x", fix: `many people ${n}` }));
  const suggestions = ["a", "b", "a", "c", "d", " "];
  const read = readEvidence(reply({ evidence_quotes: quotes, errors, suggestions }), ESSAY, "r1-TR");
  expect([read.quotes.length, read.errors.length, read.suggestions]).toEqual([3, 10, ["a", "b", "c"]]);
  expect(read.mended.types).toBe(14);
});

test("an error whose span is not in the essay, or whose fix says nothing, goes; the reply stays", () => {
  const errors = [
    { span: "no such words anywhere here", type: "grammar", fix: "x" },
    { span: "many peoples", type: "word choice", fix: "many people" },
    { span: "many peoples", type: "grammar", fix: "many peoples" },
    { span: "However", type: "grammar", fix: " " },
  ];
  const read = readEvidence(reply({ ...good, errors }), ESSAY, "r1-TR");
  expect(read.errors).toEqual([{ span: "many peoples", type: "lexical", fix: "many people" }]);
  expect(read.mended.lost).toBe(1);
});

test.each<[string, ReturnType<typeof reply>]>([
  ["not JSON", reply("Sure! Here it is")],
  ["not JSON", reply('{"evidence_quotes": ["Ev')],
  ["missing field", reply({ evidence_quotes: ["However"], errors: [] })],
  ["missing field", reply({ ...good, evidence_quotes: "However" })],
  ["no text", reply("  ")],
  ["cut off", reply(good, "length")],
  ["refusal", reply(good, "refusal")],
  ["no quote in the essay", reply({ ...good, evidence_quotes: ["nothing of the kind is written"] })],
  ["no quote in the essay", reply({ ...good, evidence_quotes: [] })],
  ["no suggestion", reply({ ...good, suggestions: ["", " "] })],
])("a reply that cannot be used says why: %s", (reason, bad) => {
  expect(() => readEvidence(bad, ESSAY, "r1-TR")).toThrow(expect.objectContaining({ facts: { id: "r1-TR", reason } }));
});

test("code fences around the JSON are forgiven", () => {
  expect(readEvidence(reply(`\`\`\`json\n${JSON.stringify(good)}\n\`\`\``), ESSAY, "r1-TR").quotes).toEqual([
    "Everybody knows this.",
  ]);
});

test("the request names criterion and band, keeps the essay whole, leaves a blank question out and says why it asks again", () => {
  const prompt = evidencePrompt("my-deployment");
  const item = { example: example({ prompt: "", bands: [6, 5.5, 6, 6] }), criterion: 1 } as const;
  const { model, messages, schema } = prompt.request(item);
  expect(model).toBe("my-deployment");
  expect(messages.map(({ role }) => role)).toEqual(["system", "user"]);
  expect(messages[1]?.content).toBe(`<essay>\n${item.example.essay}\n</essay>\n\nCoherence & Cohesion: band 5.5`);
  expect(JSON.stringify(schema)).toContain(JSON.stringify(ERROR_TYPES));
  const again = prompt.request({ ...item, fault: "no suggestion" }).messages[1]?.content;
  expect(again).toContain("could not be used: no suggestion");
  expect([prompt.id(item), prompt.id({ ...item, fault: "x" })]).toEqual(["r0-CC", "r0-CC-2"]);
});

describe("the simulator", () => {
  test("reads the essay: errors it names are there, and fewer of them in better essays", async () => {
    const all = await examples();
    const errors = async (low: number, high: number): Promise<number> => {
      const chosen = all.filter(({ overall }) => overall >= low && overall <= high);
      const outcomes = await asked(itemsOf(chosen));
      return outcomes.reduce((sum, one) => sum + (one.ok ? one.value.errors.length : 0), 0) / chosen.length;
    };
    expect(await errors(0, 5)).toBeGreaterThan((await errors(7.5, 9)) * 2);
  });

  test("errs in the ways of real answers, so that mending, asking again and rejecting are walked", async () => {
    const outcomes = await asked(itemsOf(await examples(300)));
    const sum = { folded: 0, aligned: 0, lost: 0, types: 0 };
    for (const one of outcomes)
      if (one.ok) for (const key of ["folded", "aligned", "lost", "types"] as const) sum[key] += one.value.mended[key];
    const reasons = new Set(outcomes.flatMap((one) => (one.ok ? [] : [one.error.facts.reason])));
    expect(reasons).toEqual(new Set(["no quote in the essay", "no suggestion", "not JSON", "missing field"]));
    for (const count of Object.values(sum)) expect(count).toBeGreaterThan(10);
  });

  test("answers only its own requests, and the same request in the same way", async () => {
    const items = itemsOf((await examples()).slice(0, 5));
    expect(await asked(items)).toEqual(await asked(items));
    const other = { model: "m", messages: [{ role: "user" as const, content: "Why?" }] };
    expect(
      simulateIelts(other, { next: () => 0, int: () => 0, pick: ([one]) => one as never, shuffle: (all) => [...all] }),
    ).toBeUndefined();
  });
});
