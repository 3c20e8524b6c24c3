import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const TOP = [
  ".ci",
  ".env.example",
  ".gitignore",
  "CITATION.cff",
  "CONTRIBUTING.md",
  "LICENSE",
  "LOG.md",
  "README.md",
  "biome.json",
  "data",
  "docs",
  "lib",
  "notebooks",
  "package-lock.json",
  "package.json",
  "scripts",
  "test",
  "tsconfig.json",
  "vitest.config.ts",
];

test("the top level holds what the map names, and nothing else", () => {
  const files = execFileSync("git", ["ls-files"], { encoding: "utf8" }).trim().split("\n");
  expect([...new Set(files.map((file) => file.split("/")[0]))].sort()).toEqual(TOP);
});

test("the tests run on the Node that npm installed", () => {
  const versions = Object.values(
    JSON.parse(readFileSync("package.json", "utf8")).optionalDependencies as Record<string, string>,
  );
  expect(versions).toContain(process.version.slice(1));
});

test("README stays one screen", () => {
  const lines = readFileSync("README.md", "utf8").split("\n");
  expect(lines.length).toBeLessThanOrEqual(70);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(160);
});
