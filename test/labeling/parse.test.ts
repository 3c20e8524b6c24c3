import { type LabelingItem, parseAnswer } from "corrigenda/labeling";
import { describe, expect, test } from "vitest";
import { describeWorldBank, entry, judgeItem, mention, page, reasoningItem, reply } from "./fixture.ts";

const extraction: LabelingItem = { process: "extraction", page: page() };
const one = mention();
const two = mention({ id: "doc_a#3.2", raw_name: "GLSS" });
const verdict = {
  id: "1",
  raw_name: one.raw_name,
  valid: true,
  invalid_reason: null,
  specificity: "properly_named",
  context: "primary",
};
const result = { mentioned_in: "a", datasets: [verdict], page: 3, dataset_used: true };
const json = JSON.stringify(result, null, 2);

function reasonOf(text: string, item: LabelingItem, finish?: "length" | "refusal"): unknown {
  try {
    parseAnswer(reply(text, finish), item);
  } catch (error) {
    return (error as { facts?: { reason?: string } }).facts?.reason;
  }
  return "parsed";
}

describe("a reasoning reply is read", () => {
  test.each<[where: string, text: string]>([
    ["by itself", json],
    ["in a fence", `Argument.\n\`\`\`json\n${json}\n\`\`\``],
    ["in a fence without a language", `Argument.\n\`\`\`\n${json}\n\`\`\`\nDone.`],
    ["in tags around a fence", `Argument.\n<OUTPUTDATA>\`\`\`json\n${json}\`\`\`</OUTPUTDATA>`],
    ["in tags inside a fence", `Argument.\n\`\`\`json\n<outputdata>\n${json}\n</outputdata>\n\`\`\``],
    ["in tags alone", `Argument.\n<OUTPUT_DATA>${json}</OUTPUT_DATA>`],
    ["in a fence that is not closed", `Argument.\n\`\`\`json\n${json}`],
    ["after a heading alone", `Argument.\n### Final output\n${json}\nThat is all.`],
    [
      "after an earlier draft",
      `\`\`\`json\n${json.replace("true,", "false,")}\n\`\`\`\nOn reflection:\n\`\`\`json\n${json}\n\`\`\``,
    ],
    ["before a last fence that is cut off", `\`\`\`json\n${json}\n\`\`\`\nAgain: \`\`\`json\n{"datasets": [{"id": "1"`],
    ["before a fence with something else", `\`\`\`json\n${json}\n\`\`\`\n\`\`\`json\n{"page": 3}\n\`\`\``],
    [
      "with commas too many",
      `\`\`\`json\n${json.replace('"primary"\n    }', '"primary",\n    },').replace(/true\n}$/, "true,\n}")}\n\`\`\``,
    ],
    ["on Windows", `Argument.\r\n\`\`\`json\r\n${json.replaceAll("\n", "\r\n")}\r\n\`\`\``],
  ])("%s", (_, text) => {
    const answer = parseAnswer(reply(text), reasoningItem(one));
    expect(answer).toMatchObject({ verdicts: [{ id: one.id, valid: true }], unread: [] });
  });

  test("where its own strings hold fences, tags, braces and commas before brackets", () => {
    const mentioned_in = 'see ```json {"a": 1,} ``` and <OUTPUTDATA> [1,] \\ "x"';
    const text = `Argument.\n\`\`\`json\n${JSON.stringify({ ...result, mentioned_in })}\n\`\`\``;
    expect(parseAnswer(reply(text), reasoningItem(one))).toMatchObject({ verdicts: [{ valid: true }], notes: [] });
  });

  test("and its argument is kept with it: the text around the result, or the parts of the schema", () => {
    const text = `### Strategy\nLook.\n### Devil's advocate\nIs it data?\n<OUTPUTDATA>\`\`\`json\n${json}\n\`\`\`</OUTPUTDATA>`;
    expect(parseAnswer(reply(text), reasoningItem(one))).toMatchObject({
      argument: "### Strategy\nLook.\n### Devil's advocate\nIs it data?",
    });
    const asSchema = { strategy: "Look.", devils_advocate: "Is it data?", datasets: [verdict] };
    expect(parseAnswer(reply(JSON.stringify(asSchema)), reasoningItem(one))).toMatchObject({
      argument: "### Strategy\n\nLook.\n\n### Devil's advocate\n\nIs it data?",
    });
  });

  test("in the source's form without ids, by the names", () => {
    const nested = {
      data_mentions: [{ mentioned_in: "a", datasets: [{ ...verdict, id: undefined, raw_name: "glss" }] }],
    };
    const answer = parseAnswer(reply(JSON.stringify(nested)), reasoningItem(one, two));
    expect(answer).toMatchObject({ verdicts: [{ id: two.id, valid: true }], notes: ["1 of 2 mentions are left out"] });
  });

  test("true and false may be words, years numbers, and none a word", () => {
    const said = { ...verdict, valid: "False", year: 2003, acronym: "None", context: "main" };
    const answer = parseAnswer(reply(JSON.stringify({ datasets: [said] })), reasoningItem(one));
    expect(answer).toMatchObject({
      verdicts: [{ valid: false, fields: { year: "2003", acronym: null, context: null } }],
    });
  });
});

describe("verdicts find their mentions", () => {
  test("an entry that nobody asked for is kept aside, a missing one is told", () => {
    const list = [{ ...verdict, id: "7", raw_name: "PISA" }, { ...verdict, id: "2", raw_name: "GLSS" }, "noise"];
    const answer = parseAnswer(reply(JSON.stringify({ verdicts: list })), judgeItem(one, two));
    expect(answer).toMatchObject({
      verdicts: [{ id: two.id }],
      unread: ["noise", { raw_name: "PISA" }],
      notes: ["1 of 2 mentions are left out", "2 entries are about nothing that was asked"],
    });
  });

  test("where ids are mixed up the names decide", () => {
    const list = [
      { ...verdict, id: "2", valid: false },
      { ...verdict, id: "1", raw_name: "GLSS" },
    ];
    const answer = parseAnswer(reply(JSON.stringify({ verdicts: list })), judgeItem(one, two));
    expect(answer).toMatchObject({
      verdicts: [
        { id: one.id, valid: false },
        { id: two.id, valid: true },
      ],
      unread: [],
    });
  });

  test("the same name twice gets both verdicts, by their ids", () => {
    const twin = { ...two, raw_name: one.raw_name };
    const list = [{ ...verdict, id: "2", valid: false }, verdict];
    const answer = parseAnswer(reply(JSON.stringify({ verdicts: list })), judgeItem(one, twin));
    expect(answer).toMatchObject({
      verdicts: [
        { id: one.id, valid: true },
        { id: two.id, valid: false },
      ],
    });
  });

  test("a verdict that is neither true nor false is none", () => {
    const answer = parseAnswer(reply(JSON.stringify({ verdicts: [{ ...verdict, valid: "perhaps" }] })), judgeItem(one));
    expect(answer).toMatchObject({
      verdicts: [],
      notes: ["1 of 1 mentions are left out", "1 entries are about nothing that was asked"],
    });
  });
});

describe("an extraction reply", () => {
  test("is read by its schema", () => {
    const text = JSON.stringify({ dataset: [entry()], dataset_used: false });
    expect(parseAnswer(reply(text), extraction)).toEqual({
      ...{ process: "extraction", dataset_used: false, entries: [entry()], unread: [], notes: [] },
    });
  });

  test("that keeps to no schema keeps what it has; an entry without a name is kept aside", () => {
    const text = `Sure!\n\`\`\`json\n${JSON.stringify({ dataset: [{ raw_name: "DHS", context: "main" }, { acronym: "X" }] })}\n\`\`\``;
    const answer = parseAnswer(reply(text), extraction);
    expect(answer).toMatchObject({
      entries: [{ raw_name: "DHS", context: "background", mentioned_in: null }],
      unread: [{ acronym: "X" }],
      dataset_used: true,
    });
    expect(answer.notes).toHaveLength(2);
  });
});

describe("a reply that cannot be read says why:", () => {
  const item = reasoningItem(one);
  test.each([
    ["refusal", "no", "refusal" as const],
    ["cut off", `\`\`\`json\n${json}\n\`\`\` and`, "length" as const],
    ["no text", " \n", undefined],
    ["not JSON", "I cannot say.", undefined],
    ["wrong form", '```json\n{"datasets": [{\n```', undefined],
    ["wrong form", '{"answer": 42}', undefined],
  ])("%s", (reason, text, finish) => {
    expect(reasonOf(text, item, finish)).toBe(reason);
  });

  test("thousands of openings are read to their end", () => {
    expect(reasonOf("```json\n{".repeat(20_000), item)).toBe("wrong form");
    expect(reasonOf('\n{"a":['.repeat(20_000), item)).toBe("wrong form");
  });
});

describeWorldBank("the original's 19 reasoning replies", (read) => {
  test("all parse to the documented form, each with its argument, none lost", () => {
    const replies = JSON.parse(read("reasoning")) as string[];
    expect(replies).toHaveLength(19);
    let entries = 0;
    for (const text of replies) {
      const inside = [...text.matchAll(/"raw_name": "(.*?)"/g)].map(([, name]) => JSON.parse(`"${name}"`) as string);
      const mentions = inside.map((raw_name, at) => mention({ id: `m${at}`, raw_name }));
      const answer = parseAnswer(reply(text), reasoningItem(...mentions));
      expect(answer).toMatchObject({ process: "reasoning", unread: [], notes: [] });
      if (answer.process !== "reasoning") continue;
      expect(answer.verdicts).toHaveLength(inside.length);
      expect(answer.argument).toMatch(/Devil/);
      expect(answer.argument).not.toMatch(/```|OUTPUTDATA/);
      entries += answer.verdicts.length;
    }
    // 25 in the judge's file, of which the replies speak; one of them is overturned (page 18).
    const raws = replies.join("\n").match(/"raw_name": "/g)?.length;
    expect(entries).toBe(raws);
    expect(entries).toBeGreaterThan(19);
  });
});
