import { type Disk, nodeDisk, readText } from "corrigenda/files";
import { describe, expect, test } from "vitest";
import { type Lock, lockProblems, looseVersions } from "./boundaries/packages.ts";
import { type SourceFile, violations } from "./boundaries/rules.ts";
import { codeOnly, importsOf } from "./boundaries/source.ts";

const repository = nodeDisk(".");

async function sources(disk: Disk, folder: string): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for (const name of await disk.list(folder)) {
    if (name === "node_modules/") continue;
    const path = `${folder}/${name.replace(/\/$/, "")}`;
    if (name.endsWith("/")) found.push(...(await sources(disk, path)));
    else if (/\.(ts|mts|js|mjs)$/.test(name)) found.push({ path, text: await readText(disk, path) });
  }
  return found;
}

test("lib and scripts keep the import table, the budgets and the words they may not use", async () => {
  const files = [...(await sources(repository, "lib")), ...(await sources(repository, "scripts"))];
  expect(files.length).toBeGreaterThan(50);
  expect(files.flatMap((file) => importsOf(file.text)).length).toBeGreaterThan(files.length);
  expect(violations(files)).toEqual([]);
});

describe("a planted violation is found:", () => {
  const face = '/**\n * A face.\n * @module\n */\nexport { a } from "./a.ts";\n';
  const lines = (n: number): string => "// x\n".repeat(n);

  test.each<[path: string, text: string, what: string]>([
    [
      "lib/json/a.ts",
      'import { main } from "corrigenda/cli";',
      "1: imports corrigenda/cli: ground folders stand on error, json, rng alone",
    ],
    [
      "lib/text/a.ts",
      'import { realClock } from "corrigenda/time";',
      "1: imports corrigenda/time: ground folders stand on error, json, rng alone",
    ],
    [
      "lib/error/a.ts",
      'import { sha256 } from "corrigenda/json";',
      "1: imports corrigenda/json: json does not stand above error",
    ],
    [
      "lib/cli/a.ts",
      'import type { Provider } from "corrigenda/provider";',
      "1: imports corrigenda/provider: provider does not stand above cli",
    ],
    [
      "lib/batch/a.ts",
      'export { x } from "corrigenda/online";',
      "1: imports corrigenda/online: online does not stand above batch",
    ],
    [
      "lib/batch/a.ts",
      'const x = await import("corrigenda/online");',
      "1: imports corrigenda/online: online does not stand above batch",
    ],
    ["lib/batch/a.ts", 'import "corrigenda/batch";', "1: imports corrigenda/batch: batch does not stand above batch"],
    [
      "lib/whyfix/a.ts",
      'import { requestKey } from "corrigenda/provider";',
      "1: imports corrigenda/provider: studies take only types from borders and engine",
    ],
    [
      "lib/whyfix/a.ts",
      'import { type Prompt } from "corrigenda/provider";',
      "1: imports corrigenda/provider: studies take only types from borders and engine",
    ],
    [
      "lib/whyfix/a.ts",
      'import type { Essay } from "corrigenda/ielts";',
      "1: imports corrigenda/ielts: a study is imported by scripts alone",
    ],
    [
      "lib/results/a.ts",
      'import { x } from "corrigenda/whyfix";',
      "1: imports corrigenda/whyfix: a study is imported by scripts alone",
    ],
    ["lib/whyfix/a.ts", 'import http from "node:http";', "1: imports node:http: studies are pure"],
    ["lib/whyfix/a.ts", 'import OpenAI from "openai";', "1: imports openai: studies are pure"],
    [
      "lib/utils/a.ts",
      'import { x } from "corrigenda/json";',
      "1: imports corrigenda/json: utils is not in the import table",
    ],
    [
      "lib/cli/a.ts",
      'import { x } from "corrigenda/helpers";',
      "1: imports corrigenda/helpers: not in the import table",
    ],
    [
      "lib/cli/a.ts",
      'import { x } from "corrigenda/json/canonical.ts";',
      "1: imports corrigenda/json/canonical.ts: not in the import table",
    ],
    [
      "lib/cli/a.ts",
      '// why\nimport {\n  x,\n} from "../json/index.ts";',
      "4: imports ../json/index.ts: across folders it is corrigenda/<folder>",
    ],
    ["lib/cli/a.ts", 'import { x } from "./b";', "1: imports ./b: inner imports end in .ts"],
    [
      "lib/store/a.ts",
      'import { open } from "node:fs/promises";',
      "1: imports node:fs/promises: only lib/files touches the disk",
    ],
    ["scripts/x/a.ts", 'import fs from "fs";', "1: imports fs: only lib/files touches the disk"],
    [
      "lib/batch/a.ts",
      'import { spawn } from "node:child_process";',
      "1: imports node:child_process: lib starts no processes",
    ],
    [
      "lib/provider/a.ts",
      'import { x } from "./offline/index.ts";',
      "1: imports ./offline/index.ts: across folders it is corrigenda/<folder>",
    ],
    [
      "lib/provider/a.ts",
      'import { x } from "corrigenda/provider/offline";',
      "1: imports corrigenda/provider/offline: provider/offline does not stand above provider",
    ],
    [
      "scripts/x/a.ts",
      'import { x } from "corrigenda/json/canonical.ts";',
      "1: imports corrigenda/json/canonical.ts: not in the import table",
    ],
    ["scripts/x/a.ts", 'import { x } from "./b.ts";', "1: imports ./b.ts: no script imports a script"],
    ["lib/json/a.ts", lines(301), " 301 lines: at most 300"],
    ["scripts/x/a.ts", lines(81), " 81 lines: at most 80"],
    ["lib/json/index.ts", face + lines(25), " 26 lines: an index.ts has at most 25 after its comment"],
    ["lib/json/index.ts", 'export { a } from "./a.ts";\n', " an index.ts opens with a doc comment"],
    ["lib/json/a.ts", "export default 1;", "1: export default: default export"],
    ["scripts/x/a.ts", "const a = 1;\nexport { a as default };", "2: as default: default export"],
    [
      "lib/store/a.ts",
      "const key = process.env.KEY;",
      "1: process.env: lib reads the environment only in cli and in provider factories",
    ],
    [
      "lib/store/a.ts",
      "const args = process\n  .argv;",
      "1: process .argv: lib reads the environment only in cli and in provider factories",
    ],
    [
      "lib/store/a.ts",
      "const n = Math.random();",
      "1: Math.random: takes time or chance from the machine: pass a Clock or an Rng",
    ],
    [
      "lib/store/a.ts",
      "const t = Date.now();",
      "1: Date.now: takes time or chance from the machine: pass a Clock or an Rng",
    ],
    [
      "lib/store/a.ts",
      "const t = new Date();",
      "1: new Date(): takes time or chance from the machine: pass a Clock or an Rng",
    ],
    [
      "lib/store/a.ts",
      `const t = \`\${1}\`; const u = performance.now();`,
      "1: performance.now: takes time or chance from the machine: pass a Clock or an Rng",
    ],
  ])("%s with %j", (path, text, what) => {
    expect(violations([{ path, text }])).toEqual([`${path}:${what}`]);
  });

  test.each<[path: string, text: string]>([
    [
      "lib/whyfix/a.ts",
      'import type { Prompt } from "corrigenda/provider";\nimport { keyedRng } from "corrigenda/rng";\nimport { z } from "zod";',
    ],
    [
      "lib/results/a.ts",
      'import { z } from "zod";\nimport { x } from "corrigenda/files";\nimport { execFile } from "node:child_process";',
    ],
    [
      "lib/provider/offline/a.ts",
      'import { x } from "corrigenda/provider";\nimport data from "./data/models.json" with { type: "json" };',
    ],
    ["lib/whyfix/data/a.ts", 'import { x } from "../row.ts";\nimport { y } from "node:util";'],
    ["lib/files/a.ts", 'import { open } from "node:fs/promises";'],
    ["lib/time/a.ts", "const t = Date.now();"],
    ["lib/cli/a.ts", "const e = process.env; const d = new Date(5);"],
    ["lib/json/index.ts", face + lines(20)],
    [
      "lib/json/a.ts",
      '/** import { x } from "corrigenda/cli"; Date.now() */\nconst s = "Math.random()"; // new Date()\nconst r = /["`]/;\nconst t = `process.env $' +
        "{`Date.now()`}`;",
    ],
    [
      "scripts/x/a.ts",
      'import { main } from "corrigenda/cli";\nimport { plan } from "corrigenda/whyfix";\nconst t = Date.now();',
    ],
  ])("and nothing is found in %s with %j", (path, text) => {
    expect(violations([{ path, text }])).toEqual([]);
  });
});

describe("reading sources", () => {
  test("code after a quote in a regular expression or a division is still seen", () => {
    expect(codeOnly(`const a = /['"]/g; b / c; Date.now(); d / "x"`)).toBe(
      `const a =       g; b / c; Date.now(); d / " "`,
    );
  });

  test("blanking keeps every offset and every line", async () => {
    for (const { text } of await sources(repository, "lib/cli")) {
      const code = codeOnly(text);
      expect([code.length, code.split("\n").length]).toEqual([text.length, text.split("\n").length]);
    }
  });

  test("imports are told apart from types, over several lines", () => {
    const text =
      'import type { A } from "a";\nimport {\n  type B,\n  c,\n} from "b";\nexport type * from "c";\nexport * from "d";\nexport const e = 1;';
    expect(importsOf(text)).toEqual([
      { from: "a", typeOnly: true, line: 1 },
      { from: "b", typeOnly: false, line: 5 },
      { from: "c", typeOnly: true, line: 6 },
      { from: "d", typeOnly: false, line: 7 },
    ]);
  });
});

describe("package policy", () => {
  async function json<T>(path: string): Promise<T> {
    return JSON.parse(await readText(repository, path)) as T;
  }

  test("every version is exact", async () => {
    for (const path of ["package.json", "lib/package.json"]) expect(looseVersions(await json(path))).toEqual([]);
  });

  test("the lock file holds every platform's packages: Linux, macOS on arm64 and Windows", async () => {
    const lock = await json<Lock>("package-lock.json");
    expect(Object.keys(lock.packages).length).toBeGreaterThan(50);
    expect(lockProblems(lock)).toEqual([]);
  });

  test("a loose version, a missing platform, a missing hash and a foreign source are found", () => {
    expect(
      looseVersions({ dependencies: { a: "^1.0.0", b: "1.x", corrigenda: "*" }, devDependencies: { c: "1.0.0-rc.1" } }),
    ).toEqual(['a: "^1.0.0" is not one exact version', 'b: "1.x" is not one exact version']);
    const native = (os: string, cpu: string): object => ({ os: [os], cpu: [cpu], integrity: "sha512-x" });
    const lock: Lock = {
      packages: {
        "": { optionalDependencies: { "n-win": "1.0.0" } },
        "node_modules/a": {
          integrity: "sha512-x",
          optionalDependencies: { "a-linux": "1", "a-mac": "1", "a-arm": "1", "a-win": "1" },
        },
        "node_modules/a-linux": native("linux", "x64"),
        "node_modules/a-mac": native("darwin", "arm64"),
        "node_modules/a/node_modules/a-arm": native("linux", "arm64"),
        "node_modules/b": { resolved: "http://localhost:4873/b.tgz" },
      },
    };
    expect(lockProblems(lock)).toEqual([
      "the workspace: n-win is not in the lock file",
      "node_modules/a: a-win is not in the lock file",
      "node_modules/a: no package for win32 x64",
      "node_modules/b: no integrity",
      "node_modules/b: comes from http://localhost:4873/b.tgz",
    ]);
  });
});
