import { existsSync, readFileSync } from "node:fs";
import {
  baselineNames,
  documentFinds,
  evaluate,
  exactKey,
  type GoldDataset,
  type Mention,
  nameMatcher,
  overrideMatrix,
  pooled,
  prefilterFinds,
  readGold,
  standing,
} from "corrigenda/labeling";
import { describe, expect, test } from "vitest";
import { each, mention, page, silent } from "./fixture.ts";

const PAPERS = "../shared/data/papers";

const verdict = (valid: boolean | null, state: "answered" | "failed" = "answered") => ({
  ...{ ...silent, state, valid, changed: [], overrides: false, argument: null },
});
function judged(
  raw_name: string,
  judge: boolean | null,
  reasoning: boolean | null | undefined,
  changes: Partial<Mention> = {},
): Mention {
  return mention({
    ...{ raw_name, harmonized_name: null, acronym: null, ...changes },
    verdicts: {
      extraction: verdict(null),
      judge: verdict(judge),
      ...(reasoning !== undefined && { reasoning: verdict(reasoning, reasoning === null ? "failed" : "answered") }),
    },
  });
}
const named = (...names: string[]) => names.map((name) => ({ name, aliases: [] }));
const gold = (...sets: string[][]): GoldDataset[] => sets.map((names, at) => ({ ids: [at], names }));

describe("names are the same", () => {
  test.each<[a: string, b: string, exact: boolean, fuzzy: boolean]>([
    ["(NHANES)", "NHANES", true, true],
    ["Monitoring  the Future", "monitoring-the-future", true, true],
    ["Étude nationale", "Etude Nationale", true, true],
    ["NHANES", "NHANES data", false, true],
    [
      "2006 National Survey of Substance Abuse Treatment Services (N-SSATS)",
      "National Survey of Substance Abuse Treatment Services",
      false,
      true,
    ],
    [
      "third National Health and Nutrition Examination Survey",
      "National Health and Nutrition Examination Survey",
      false,
      true,
    ],
    ["National Health Interview Survey", "National Health and Nutrition Examination Survey", false, false],
    ["national survey", "2006 National Survey of Substance Abuse Treatment Services", false, false],
    ["survey data", "MTF data", false, false],
    ["Health Survey", "Demographic and Health Survey", false, false],
    ["data", "survey", false, false],
    ["", "", false, false],
    ["论文数据", "论文数据", true, true],
  ])("%j and %j: exact %s, fuzzy %s", (a, b, exact, fuzzy) => {
    const pairs: [string, string][] = [
      [a, b],
      [b, a],
    ];
    expect(pairs.map(([x, y]) => nameMatcher("exact")(x, y))).toEqual([exact, exact]);
    expect(pairs.map(([x, y]) => nameMatcher("fuzzy")(x, y))).toEqual([fuzzy, fuzzy]);
  });
});

describe("gold citations", () => {
  const publications = JSON.stringify([{ publication_id: 7, pdf_file_name: "The Paper.pdf", title: "x" }]);
  const cite = (data_set_id: number, ...mention_list: string[]) => ({
    publication_id: 7,
    data_set_id,
    mention_list,
    score: 1,
  });

  test("about ids that share a name are one data set: nothing on the page tells them apart", () => {
    const list = [cite(1, "A-data", "B"), cite(2, "C"), cite(3, "b", "C!"), cite(4, "D"), cite(5)];
    const [[document, sets] = ["", []]] = readGold(JSON.stringify(list), publications);
    expect(document).toMatch(/^The-Paper-[0-9a-f]{8}$/);
    expect(sets).toEqual([
      { ids: [1, 2, 3], names: ["A-data", "B", "C"] },
      { ids: [4], names: ["D"] },
    ]);
  });

  test("of an unknown paper, or of another form, are refused by their place", () => {
    const stranger = [{ publication_id: 8, data_set_id: 1, mention_list: ["A"] }];
    expect(() => readGold(JSON.stringify(stranger), publications)).toThrow("does not know publication 8");
    expect(() => readGold('[{"publication_id":7}]', publications)).toThrow("the gold citations: 0.data_set_id");
    expect(() => readGold("[", publications)).toThrow("the gold citations: the file");
  });

  test("of the sample papers are one data set each", () => {
    const read = (name: string): string => readFileSync(`data/sample/papers-gold/${name}.json`, "utf8");
    const known = readGold(read("gold_citations"), read("publications"));
    expect([...known].map(([document, sets]) => [document, sets.length])).toEqual([
      ["339", 1],
      ["1282", 1],
    ]);
  });

  const there = existsSync(PAPERS);
  test.skipIf(!there)(there ? "of the three papers are one data set each" : `(skipped: ${PAPERS} is not there)`, () => {
    const read = (name: string): string => readFileSync(`${PAPERS}/${name}.json`, "utf8");
    const known = readGold(read("gold_citations"), read("publications"));
    expect([...known].map(([document, sets]) => [document, sets.map(({ ids }) => ids)])).toEqual([
      ["339", [[482, 483, 484]]],
      ["1145", [[890]]],
      ["1282", [[219, 226, 549, 550, 558, 559, 560]]],
    ]);
    expect(known.get("339")?.[0]?.names).not.toContain("(NHANES)");
  });
});

describe("what is found in a document", () => {
  test("is counted by different names, and by data sets: names of one data set count once", () => {
    const found = named("NHANES", "NHANES", "nhanes data", "GLSS survey", "GLSS data", "World Bank");
    const { mentions, datasets, names } = documentFinds(found, gold(["NHANES", "NHANES III"], ["DHS"]), "fuzzy");
    expect(mentions).toEqual({ found: 5, right: 2, known: 3, reached: 2 });
    expect(datasets).toEqual({ hits: 1, extra: 2, missed: 1 });
    expect(names.filter(({ what }) => what === "missed")).toEqual([{ name: "DHS", what: "missed" }]);
  });

  test("by the exact rule, an alias leads to the data set, though the mention's own words are not the known ones", () => {
    const found = [{ name: "the health survey", aliases: ["DHS"] }];
    const { mentions, datasets } = documentFinds(found, gold(["DHS"]), "exact");
    expect([mentions.right, datasets]).toEqual([0, { hits: 1, extra: 0, missed: 0 }]);
  });

  test("is pooled over documents; one drawn twice counts twice", () => {
    const finds = [
      documentFinds(named("A1", "B1"), gold(["A1"], ["C1"]), "exact"),
      documentFinds(named("D1"), gold(["D1"]), "exact"),
    ];
    expect(pooled(finds, "datasets", [0])).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 });
    expect(pooled(finds, "mentions", [0, 1])).toEqual({ precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 });
    expect(pooled(finds, "datasets", [1, 1, 0]).f1).toBeCloseTo(0.75, 12);
    expect(pooled([documentFinds([], gold(["A1"]), "exact")], "mentions", [0])).toEqual({
      precision: 0,
      recall: 0,
      f1: 0,
    });
  });
});

test("the lexical baseline reads names that end in a word of kind, and acronyms before one", () => {
  const text =
    "The 2006 Ghana Living Standards Survey (GLSS) was used. We thank the World Bank. MTF data and our survey were merged. In Health\nStudy";
  const names = baselineNames(text).map(({ name, aliases }) => [name, ...aliases]);
  expect(names).toEqual([["Ghana Living Standards Survey (GLSS)", "GLSS"], ["Health Study"], ["MTF data", "MTF"]]);
});

describe("overrides", () => {
  test("a mention stands as the last process left it; what failed keeps the verdict before", () => {
    const all = [judged("a", false, true), judged("b", true, null), judged("c", null, undefined)];
    expect(all.map((one) => standing(one, "extraction"))).toEqual(["valid", "valid", "valid"]);
    expect(all.map((one) => standing(one, "judge"))).toEqual(["invalid", "valid", "undecided"]);
    expect(all.map((one) => standing(one, "reasoning"))).toEqual(["valid", "valid", "undecided"]);
  });

  test("are right where the new standing agrees with gold", () => {
    const matrix = overrideMatrix(({ raw_name }) => (raw_name === "unknown" ? undefined : raw_name === "data set"));
    const rows = [
      judged("data set", false, true),
      judged("data set", true, true),
      judged("bank", true, false),
      judged("bank", true, true),
      judged("unknown", false, false),
    ];
    for (const one of rows) matrix.add(one);
    const cells = matrix
      .cells()
      .map(({ process, from, to, mentions, right, wrong }) => [process, from, to, mentions, right, wrong]);
    expect(cells).toEqual([
      ["judge", "valid", "valid", 3, 1, 2],
      ["judge", "valid", "invalid", 2, 0, 1],
      ["reasoning", "valid", "valid", 2, 1, 1],
      ["reasoning", "valid", "invalid", 1, 1, 0],
      ["reasoning", "invalid", "valid", 1, 1, 0],
      ["reasoning", "invalid", "invalid", 1, 0, 0],
    ]);
  });
});

describe("an evaluation", () => {
  const known = new Map([
    ["doc_a", gold(["DHS"])],
    ["doc_b", gold(["GLSS"])],
    ["doc_c", gold(["MTF"])],
  ]);
  const pages = [
    page({ text: "We use DHS data. The World Bank paid." }),
    page({
      document: "doc_b",
      text: "We use the GLSS.",
      prefilter: { name: "lexical", keep: false, score: 0, cues: [] },
    }),
    page({ document: "other", text: "Some Census" }),
  ];
  const mentions = [
    judged("DHS", true, true),
    judged("World Bank", false, false),
    judged("GLSS", true, false, { document: "doc_b" }),
    judged("Some Census", true, true, { document: "other" }),
  ];
  const input = { gold: known, last: "reasoning", provider: "offline", seed: 1 } as const;
  const evaluated = () => evaluate({ ...input, mentions: () => each(mentions), pages: () => each(pages) });

  test("follows what stands after each process, beside the baseline, on documents that gold knows", async () => {
    const { rows, documents, absent } = await evaluated();
    expect([documents, absent]).toEqual([["doc_a", "doc_b"], ["doc_c"]]);
    const f1 = rows
      .filter(({ level, rule }) => level === "datasets" && rule === "exact")
      .map(({ system, precision, recall }) => [system, precision, recall]);
    expect(f1).toEqual([
      ["extraction", 2 / 3, 1],
      ["judge", 1, 1],
      ["reasoning", 1, 0.5],
      ["baseline", 1, 0.5],
    ]);
  });

  test("gives every score an interval over documents, names who answered, and heads with the last process", async () => {
    const { metrics } = await evaluated();
    expect(metrics.headline).toMatchObject({
      name: "reasoning: data sets, fuzzy names, F1",
      n: 2,
      provider: "offline",
    });
    expect(metrics.headline.low).toBeLessThanOrEqual(metrics.headline.value);
    const baseline = metrics.metrics.filter(({ name }) => name.startsWith("baseline"));
    expect(new Set(baseline.map(({ provider }) => provider))).toEqual(new Set(["no model: lexical baseline"]));
    const difference = metrics.metrics.find(
      ({ name }) => name === "reasoning minus baseline: data sets, exact names, F1",
    );
    expect(difference?.value).toBeCloseTo(0, 12);
  });

  test("has no interval with a single document", async () => {
    const one = { ...input, gold: new Map([["doc_a", gold(["DHS"])]]) };
    const { rows } = await evaluate({ ...one, mentions: () => each(mentions), pages: () => each(pages) });
    expect(rows.every(({ low, high }) => low === null && high === null)).toBe(true);
  });

  test("says which pages with a gold name the prefilter lost", async () => {
    expect(await prefilterFinds(each(pages), known)).toEqual({ withGold: 2, kept: 1, missed: ["doc_b#3"] });
  });
});

test("an exact key keeps every letter and digit, and nothing else", () => {
  expect(exactKey("  2006 N-SSATS (“Ünï”) ")).toBe("2006nssatsuni");
});
