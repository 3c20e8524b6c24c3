import { cellItems, formatId, fullGrid, METHODS, parseId } from "corrigenda/whyfix";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bareRow, shipped } from "./fixture.ts";

const experiment = shipped();
const count = (cells: Iterable<unknown>): number => {
  let n = 0;
  for (const _ of cells) n++;
  return n;
};
const one = { dataset: ["longman"], method: ["BL"] };

test("a row has 288 requests over the GPT models and 192 over the two reasoning models of the yaml, per method", () => {
  expect(count(fullGrid(experiment, { ...one, model: ["gpt-4o-mini", "gpt-4.1-mini", "gpt-4.1-nano"] }))).toBe(288);
  expect(count(fullGrid(experiment, { ...one, model: ["o3-mini", "o4-mini"] }))).toBe(192);
});

test("a row has 96 requests per effort over the README's reasoning models", () => {
  const readme = { ...one, model: ["o1-mini", "o3-mini"] };
  expect(count(fullGrid(experiment, { ...readme, effort: ["medium"] }))).toBe(96);
  expect(count(fullGrid(experiment, readme))).toBe(192);
});

test("every custom_id of the full grid is unique, over all methods and datasets", () => {
  const ids = new Set<string>();
  let n = 0;
  for (const cell of fullGrid(experiment, { sample_size: ["full", "30_samples"] })) {
    for (const index of [1, 12]) ids.add(formatId(cell, index));
    n += 2;
  }
  expect(ids.size).toBe(n);
  expect(n).toBe(6 * 2 * 9 * (3 * 2 + 4 * 2) * 4 * 3 * 4 * 2);
});

test("a million requests are listed lazily", () => {
  const rows = Array.from({ length: 200 }, (_, index) => bareRow({ index }));
  let n = 0;
  for (const { row } of cellItems(fullGrid(experiment, { dataset: ["longman"] }), rows)) {
    n++;
    if (row.index === 150 && n > 500) break;
  }
  expect(n).toBeLessThan(1000);
});

test("temperature stands in the ids of GPT models, effort in those of reasoning models", () => {
  const temps = (model: string) => [
    ...new Set([...fullGrid(experiment, { ...one, model: [model] })].map(({ temp }) => temp)),
  ];
  expect(temps("gpt-4.1-mini")).toEqual(["zero", "seven"]);
  expect(temps("o3-mini")).toEqual(["h", "m"]);
});

test("a method that builds on knowledge is refused without the knowledge tasks", () => {
  expect(() => fullGrid(experiment, { method: ["L2"] })).toThrow(
    "method L2 builds on what Cause and Acad match; pick these two as well",
  );
  expect(count(fullGrid(experiment, { ...one, method: ["L2", "Cause", "Acad"], model: ["fON"] }))).toBe(3 * 96);
  expect(
    Object.entries(METHODS)
      .filter(([, { needsKnowledge }]) => needsKnowledge)
      .map(([code]) => code),
  ).toEqual(["L2", "Mix", "Mix2"]);
});

test("ids round-trip", () => {
  const cells = [...fullGrid(experiment)];
  fc.assert(
    fc.property(fc.constantFrom(...cells), fc.nat(9_999_999), (cell, index) => {
      expect(parseId(experiment.levels, formatId(cell, index))).toEqual({ ok: true, cell, index });
    }),
  );
  expect(
    formatId(
      {
        dataset: "lg",
        sample_size: "fu",
        method: "Dict",
        model: "fON",
        temp: "zero",
        input: "t",
        role: "l",
        length: "fifty",
      },
      12,
    ),
  ).toBe("lg_fu_12_Dict_fON_zero_t_l_fifty");
});

test("ids of the original study's older form are read", () => {
  expect(parseId(experiment.levels, "lg_fu_12_L2_fourOneNano_zero_t_linguist_fifty")).toEqual({
    ok: true,
    index: 12,
    cell: {
      dataset: "lg",
      sample_size: "fu",
      method: "L2",
      model: "fON",
      temp: "zero",
      input: "t",
      role: "l",
      length: "fifty",
    },
  });
});

test("an id that cannot be read is a value with its parts", () => {
  const problem = (id: string) => {
    const parsed = parseId(experiment.levels, id);
    return parsed.ok ? undefined : parsed.custom_id_parsing_error;
  };
  expect(parseId(experiment.levels, "lg_fu_12")).toEqual({
    ok: false,
    custom_id_parsing_error: "custom_id has 3 parts; 9 are expected",
    raw_custom_id_parts: ["lg", "fu", "12"],
  });
  expect(problem("lg_fu_x_BL_fON_zero_t_l_fifty")).toBe('custom_id part 3 (data_index) is "x", not a number');
  expect(problem("lg_fu_1_BX_fON_zero_t_l_fifty")).toBe('custom_id part "BX" is no method of the experiment');
  expect(problem("lg_fu_1_BL_fON_h_t_l_fifty")).toBe('custom_id part "h" is no temperature of the experiment');
  expect(problem("lg_fu_1_BL_oTM_zero_t_l_fifty")).toBe('custom_id part "zero" is no effort of the experiment');
  fc.assert(fc.property(fc.string(), (id) => void parseId(experiment.levels, id)));
});
