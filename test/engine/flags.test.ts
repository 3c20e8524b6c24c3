import { placeWords, providerSettings, recordedFlags, recordedSettings } from "corrigenda/engine";
import { expect, test } from "vitest";

const azure = { name: "azure", deployment: "explain", baseUrl: "https://a.example", model: "gpt-4o-mini" } as const;

test("flags stand above the YAML's provider; the same name keeps what the YAML says of it", () => {
  expect(providerSettings(azure, {})).toEqual(azure);
  expect(providerSettings(azure, { provider: "azure", deployment: "other" })).toEqual({
    ...azure,
    deployment: "other",
  });
});

test("another provider drops what the YAML says of the first: no deployment or address of another service", () => {
  expect(providerSettings(azure, { provider: "openai" })).toEqual({ name: "openai" });
  expect(providerSettings(azure, { provider: "compatible", baseUrl: "http://localhost:11434/v1" })).toEqual({
    ...{ name: "compatible", baseUrl: "http://localhost:11434/v1" },
  });
});

test("a flag that was not given changes nothing, whatever its default", () => {
  const online = { name: "openai", online: true, concurrency: 4 } as const;
  expect(providerSettings(online, { online: false, concurrency: undefined })).toEqual(online);
  expect(providerSettings({ name: "openai" }, { online: true, concurrency: 8 })).toEqual({
    ...{ name: "openai", online: true, concurrency: 8 },
  });
});

test("a recorded command has what decides the requests, and no pace", () => {
  const all = {
    provider: "azure",
    deployment: "d",
    baseUrl: "https://a.example",
    online: true,
    concurrency: 9,
  } as const;
  expect(recordedFlags({ ...all, redact: true, iMaySend: true })).toEqual([
    ...["--provider", "azure", "--deployment", "d", "--base-url", "https://a.example"],
    ...["--online", "--redact", "--i-may-send"],
  ]);
  expect(recordedFlags({ online: false, redact: false, iMaySend: false })).toEqual([]);
});

test("where an offline service listened is recorded nowhere: its port changes from run to run", () => {
  const there = { name: "offline", baseUrl: "http://127.0.0.1:8787", wire: "azure" } as const;
  expect(recordedFlags({ provider: "offline", baseUrl: there.baseUrl, wire: "azure" })).toEqual([
    ...["--provider", "offline", "--wire", "azure"],
  ]);
  expect(recordedSettings(there, "offline/azure")).toEqual({ name: "offline", wire: "azure" });
});

test("a real service's address is recorded even where it came from the environment: it is part of every key", () => {
  const settings = { name: "openai", transport: "lean", concurrency: 4, online: true } as const;
  expect(recordedSettings(settings, "https://eu.example/v1")).toEqual({
    ...{ name: "openai", online: true, baseUrl: "https://eu.example/v1" },
  });
});

test("a line that goes on says where the run lies, what it may cost and who serves, where that is not usual", () => {
  expect(placeWords({ results: "results" })).toEqual([]);
  expect(placeWords({ results: "r", maxCost: 2.5, baseUrl: "http://127.0.0.1:1" })).toEqual([
    ...["--results", "r", "--max-cost", "2.5", "--base-url", "http://127.0.0.1:1"],
  ]);
});
