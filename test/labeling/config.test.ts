import { readFileSync } from "node:fs";
import { parseYaml } from "corrigenda/cli";
import { defaultRun, LabelingConfig } from "corrigenda/labeling";
import { describe, expect, test } from "vitest";

const FILE = "scripts/labeling/config.yaml";
const shipped = readFileSync(FILE, "utf8");
const parse = (text: string): LabelingConfig => parseYaml(text, "config.yaml", LabelingConfig);

describe("config.yaml", () => {
  test("as shipped is the defaults: what a batch takes at most, and nothing is sent anywhere", () => {
    expect(parse(shipped)).toEqual(LabelingConfig.parse({}));
    expect(parse(shipped)).toMatchObject({ MAX_REQUESTS_PER_BATCH: 50_000, provider: { name: "offline" } });
  });

  test.each<[what: string, change: [string, string], message: RegExp]>([
    [
      "more requests than a batch takes",
      ["BATCH: 50000", "BATCH: 50001"],
      /^config\.yaml:5: MAX_REQUESTS_PER_BATCH: is above 50000, the most that a batch may hold; allowed: 1 to 50000$/,
    ],
    [
      "no request",
      ["BATCH: 50000", "BATCH: 0"],
      /^config\.yaml:5: MAX_REQUESTS_PER_BATCH: is below 1; allowed: 1 to 50000$/,
    ],
    ["half a request", ["BATCH: 50000", "BATCH: 1.5"], /^config\.yaml:5: MAX_REQUESTS_PER_BATCH: is no whole number$/],
    ["a mistyped key", ["MODEL:", "MODLE:"], /^config\.yaml:7: MODLE: unknown key; did you mean MODEL\?$/],
    [
      "shares that are not one",
      ["valid: 0.1", "valid: 0.2"],
      /^config\.yaml:\d+: SPLIT: train, valid and test do not sum to 1$/,
    ],
    [
      "a prefilter that there is not",
      ["PREFILTER: lexical", "PREFILTER: bert"],
      /^config\.yaml:\d+: PREFILTER: expected one of "lexical"\|"none"$/,
    ],
    [
      "a temperature out of range",
      ["TEMPERATURE: 0", "TEMPERATURE: 3"],
      /^config\.yaml:9: TEMPERATURE: is above 2; allowed: 0 to 2$/,
    ],
    ["an empty model", ["MODEL: gpt-4o-mini", 'MODEL: ""'], /^config\.yaml:7: MODEL: is empty; give a text$/],
  ])("with %s is refused with file, line and key", (_, [from, to], message) => {
    const text = shipped.replace(from, to);
    expect(text).not.toBe(shipped);
    expect(() => parse(text)).toThrow(message);
  });
});

test("a run without a name has one of its config: the same for the same, another for another", () => {
  const name = defaultRun(parse(shipped));
  expect(name).toMatch(/^labeling-[0-9a-f]{8}$/);
  expect(defaultRun(parse(`# a comment\n${shipped}`))).toBe(name);
  expect(defaultRun(parse(shipped.replace("SEED: 123", "SEED: 124")))).not.toBe(name);
});
