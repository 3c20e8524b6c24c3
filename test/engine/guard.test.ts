import { declarationOf } from "corrigenda/dataset";
import { guardPrompt, openWorkplace, type ProviderSettings } from "corrigenda/engine";
import { memoryDisk } from "corrigenda/files";
import { openProvider, type Prompt } from "corrigenda/provider";
import { expect, test } from "vitest";

const provider = openProvider({ name: "openai" }, { OPENAI_API_KEY: "none" });
const said: Prompt<string, string> = {
  name: "said",
  id: (row) => row,
  request: (content) => ({
    ...{ model: "gpt-4o-mini", temperature: 0 },
    messages: [
      { role: "system", content: "Ask ann@example.org." },
      { role: "user", content },
    ],
  }),
  parse: ({ text }) => text,
};
const options = {
  provider,
  dataset: declarationOf("sample"),
  iMaySend: false,
  redact: false,
  now: Date.UTC(2026, 10, 21),
};

test("--redact masks what is sent, in every message, and leaves the rest of a request as it is", () => {
  const { prompt, checked } = guardPrompt(said, { ...options, redact: true });
  const masked = {
    ...{ model: "gpt-4o-mini", temperature: 0 },
    messages: [
      { role: "system", content: "Ask [email]." },
      { role: "user", content: "Call [phone] or write to [email]." },
    ],
  };
  const row = "Call +44 20 7946 0958 or write to bob@example.org.";
  expect(prompt.request(row)).toEqual(masked);
  // What is planned is what is sent and what is read: equal requests, equal keys.
  expect(checked.request(row)).toEqual(masked);
  expect(guardPrompt(said, options).prompt.request(row).messages[1]?.content).toBe(row);
});

test.each<[string, ProviderSettings, Record<string, string>]>([
  ["a remote service without its key", { name: "openai" }, {}],
  ["an address in the settings", { name: "compatible", baseUrl: "https://models.example.org/v1" }, {}],
  ["an address in the environment", { name: "compatible" }, { COMPATIBLE_BASE_URL: "https://models.example.org/v1" }],
  ["a variable that is set to nothing", { name: "azure" }, { AZURE_OPENAI_ENDPOINT: "" }],
])("a restricted data set is refused before anything else is looked at: %s", async (_, settings, env) => {
  const around = { log: undefined, progress: undefined, signal: undefined, disk: memoryDisk() };
  const dataset = declarationOf("longman");
  const wanted = { results: "results", provider: settings, simulators: [], env, dataset, around };
  const opening = openWorkplace(wanted as unknown as Parameters<typeof openWorkplace>[0]);
  await expect(opening).rejects.toMatchObject({ code: "refused", facts: { dataset: "longman" } });
});
