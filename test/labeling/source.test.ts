import {
  ExtractionFile,
  JudgeFile,
  ReasoningFile,
  readSourceFile,
  TextFile,
  writeSourceFile,
} from "corrigenda/labeling";
import { expect, test } from "vitest";
import type { z } from "zod";
import { describeWorldBank } from "./fixture.ts";

describeWorldBank("the original's own file of", (read) => {
  test.each<[name: string, schema: z.ZodType<Parameters<typeof writeSourceFile>[0]>]>([
    ["text", TextFile],
    ["raw_text", TextFile],
    ["extracted_data", ExtractionFile],
    ["llm_judge_validation", JudgeFile],
  ])("%s is read and written back byte for byte", (name, schema) => {
    const content = read(name);
    expect(writeSourceFile(readSourceFile(content, name, schema))).toBe(content);
  });
});

test("a reasoning file is read and written back; an entry without data sets stays", () => {
  const datasets = [
    {
      ...{ raw_name: "Women’s Survey", harmonized_name: null, acronym: null, producer: null, year: "2003" },
      ...{ specificity: "properly_named", context: "primary", valid: true, invalid_reason: null },
    },
  ];
  const pages = [
    { data_mentions: [{ mentioned_in: "a\nb", page: 4, dataset_used: true, datasets }] },
    { data_mentions: [{ mentioned_in: "c", page: 5, dataset_used: false, datasets: [] }] },
  ];
  const text = writeSourceFile({ source: "a_b", pages });
  expect(text).toContain("Women\\u2019s Survey");
  expect(readSourceFile(text, "a.json", ReasoningFile)).toEqual({ source: "a_b", pages });
});

test.each<[what: string, content: string, message: string]>([
  ["no JSON", "{", "a.json is not JSON; restore it or leave it out"],
  [
    "a page that is no text",
    '{"source":"a","pages":{"1":2}}',
    "a.json: pages.1: Invalid input: expected string, received number; docs/labeling.md shows the form",
  ],
  [
    "a field of its own",
    '{"source":"a","pages":{},"x":1}',
    'a.json: the file: Unrecognized key: "x"; docs/labeling.md shows the form',
  ],
])("a file with %s is refused by its name and place", (_, content, message) => {
  expect(() => readSourceFile(content, "a.json", TextFile)).toThrow(message);
});
