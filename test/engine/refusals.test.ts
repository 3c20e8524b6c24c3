import { declarationOf } from "corrigenda/dataset";
import { guardPrompt } from "corrigenda/engine";
import { openProvider, type Prompt } from "corrigenda/provider";
import { expect, test } from "vitest";

const provider = openProvider({ name: "openai" }, { OPENAI_API_KEY: "none" });
const said: Prompt<string, string> = {
  name: "said",
  id: (row) => row,
  request: (content) => ({ model: "gpt-4o-mini", messages: [{ role: "user", content }] }),
  parse: ({ text }) => text,
};
const now = Date.UTC(2026, 10, 21);
const options = { provider, dataset: declarationOf("sample"), iMaySend: false, redact: false, now };

function warnings(more: Partial<typeof options> = {}): readonly string[] {
  const { checked, verdict } = guardPrompt(said, { ...options, ...more });
  checked.request("Write to Ann Lee at ann@example.org or bob@example.org, or call +44 20 7946 0958.");
  return verdict();
}

test("personal data on its way to a remote provider is counted before it leaves", () => {
  expect(warnings()).toEqual([
    "the requests hold what looks like 2 e-mail addresses, 1 phone numbers and 0 names, which would go to openai: " +
      "--redact masks them",
  ]);
});

test("masked requests, and requests that stay on this machine, are nobody's warning", () => {
  expect(warnings({ redact: true })).toEqual([]);
  const local = openProvider({ name: "openai", baseUrl: "http://127.0.0.1:9/v1" }, { OPENAI_API_KEY: "none" });
  expect(warnings({ provider: local })).toEqual([]);
});

test("every finding that stops is told in one error, and nothing is told twice", () => {
  const { checked, verdict } = guardPrompt(said, options);
  checked.request("fine");
  const guard = guardPrompt(
    { ...said, request: (content) => ({ ...said.request(content), model: "o3", temperature: 0, schema: open }) },
    options,
  );
  for (const row of ["a", "b"]) guard.checked.request(row);
  expect(verdict()).toEqual([]);
  expect(guard.verdict).toThrow(
    'o3 takes no temperature: leave it out for this model\nschema "x" is outside the strict subset: at $: additionalProperties must be false',
  );
});

const open = { name: "x", schema: { type: "object", properties: {}, required: [], additionalProperties: true } };

test("a restricted data set is refused before any request is built", () => {
  const dataset = declarationOf("longman");
  expect(() => guardPrompt(said, { ...options, dataset })).toThrow(
    "data set 'longman' may not leave this machine (copyrighted dictionary, all rights reserved); use a provider on this " +
      "machine, or add --i-may-send if you have the right to send it",
  );
  expect(() => guardPrompt(said, { ...options, dataset, iMaySend: true })).not.toThrow();
});
