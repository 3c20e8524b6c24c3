import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { collect, nodeDisk, readText } from "corrigenda/files";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { saidBy } from "./docs/declared.ts";
import { exampleModule, exampleOf } from "./docs/examples.ts";
import { commandsIn, linksIn, pathsIn, scriptsIn, testsIn } from "./docs/pages.ts";

const repository = nodeDisk(".");
const pages = new Map<string, string>();

beforeAll(async () => {
  for (const file of await filesBelow(
    ["README.md", "CONTRIBUTING.md", "LOG.md", "docs/", "notebooks/", "data/sample/"],
    ".md",
  ))
    pages.set(file, await readText(repository, file));
});

describe("README.md and docs/", () => {
  test("every relative link leads to a file", async () => {
    expect(pages.size).toBeGreaterThan(5);
    const broken: string[] = [];
    for (const [file, text] of pages) {
      for (const link of linksIn(text)) {
        const target = path.join(path.dirname(file), link);
        if (!(await exists(target))) broken.push(`${file} -> ${link}`);
      }
    }
    expect(broken).toEqual([]);
  });

  test("every file that is named exists", async () => {
    const missing: string[] = [];
    for (const [file, text] of pages)
      for (const name of pathsIn(text)) if (!(await exists(name))) missing.push(`${file}: ${name}`);
    expect(missing).toEqual([]);
  });

  test("every test that is named exists under that title", async () => {
    const missing: string[] = [];
    for (const [file, text] of pages) {
      for (const { suite, titles } of testsIn(text)) {
        const source = (await exists(suite)) ? await readText(repository, suite) : "";
        for (const title of titles) if (!source.includes(title)) missing.push(`${file}: ${suite} "${title}"`);
      }
    }
    expect(missing).toEqual([]);
  });

  test("every npx zx command and npm script that is named exists, with the flags it is given", async () => {
    const { scripts } = JSON.parse(await readText(repository, "package.json")) as { scripts: Record<string, string> };
    const commands = [...pages].flatMap(([file, text]) => commandsIn(text, scripts).map((one) => ({ file, ...one })));
    const named = [...new Set(commands.map(({ script }) => script))];
    expect(named.length).toBeGreaterThan(5);
    const known = new Map<string, ReadonlySet<string> | undefined>();
    for (const script of named) known.set(script, await flagsOf(script));
    const wrong = commands.flatMap(({ file, script, flags }) => {
      const of = known.get(script);
      if (!of) return [`${file}: no ${script}`];
      return flags.filter((flag) => !of.has(flag)).map((flag) => `${file}: ${script} has no ${flag}`);
    });
    expect(wrong).toEqual([]);
  }, 60_000);

  test("the checks find what is wrong", () => {
    const text = '[a](none.md#x) [b](https://c.d) `lib/none.ts` `test/none.test.ts` "a title", "another"';
    expect(linksIn(text)).toEqual(["none.md"]);
    expect(pathsIn(`${text} \`lib/<study>/x.ts\` \`lib/*/index.ts\``)).toEqual(["lib/none.ts", "test/none.test.ts"]);
    expect(testsIn(text)).toEqual([{ suite: "test/none.test.ts", titles: ["a title", "another"] }]);
    const shell = "npx zx scripts/none.ts a --some-flag 1 --on=false # --not-a-flag\nnpm run t -- --kills 2";
    expect(commandsIn(shell, { t: "node x.mjs && zx scripts/t.ts" })).toEqual([
      { script: "scripts/none.ts", flags: ["--some-flag", "--on"] },
      { script: "scripts/t.ts", flags: ["--kills"] },
    ]);
    expect(scriptsIn("zx scripts/t.ts")).toEqual(["scripts/t.ts"]);
  });
});

describe("every script", async () => {
  const scripts = (await filesBelow(["scripts/"], ".ts")).filter((file) => !/-(thread|child|part)\.ts$/.test(file));

  test("is found by this suite", () => {
    expect(scripts).toContain("scripts/start.ts");
    expect(scripts).toContain("scripts/whyfix/step1.ts");
  });

  test.each(scripts)("%s explains itself, and refuses a flag that it does not have in one line", async (script) => {
    const { out, err, codes } = await saidBy(script, "--help");
    expect({ err, codes }).toEqual({ err: "", codes: [] });
    expect(out).toContain(`Usage: npx zx ${script}`);
    const refusal = "error[config]: unknown flag --zzzzzzzz (--help lists all)\n";
    expect(await saidBy(script, "--zzzzzzzz")).toEqual({ out: "", err: refusal, codes: [2] });
  });
});

describe("the example of every folder's index.ts", () => {
  // Ignored by git, inside the repository, so that "corrigenda/…" resolves.
  const folder = `results/.examples-${process.pid}`;
  afterAll(() => repository.remove(folder));

  test("runs as it stands, and its values are those of its comments", async () => {
    const faces = await filesBelow(["lib/"], "/index.ts");
    const names = new Map<string, string>();
    const own = new Map<string, readonly string[]>();
    for (const face of faces) {
      const from = `corrigenda/${path.dirname(face).slice("lib/".length)}`;
      const exported = Object.keys((await import(/* @vite-ignore */ path.resolve(face))) as object);
      own.set(face, exported);
      for (const name of exported) if (!names.has(name)) names.set(name, from);
    }
    for (const [at, face] of faces.entries()) {
      const example = exampleOf(await readText(repository, face));
      expect(example, `${face} has no @example`).not.toBe("");
      const from = `corrigenda/${path.dirname(face).slice("lib/".length)}`;
      const nearest = new Map([...names, ...(own.get(face) ?? []).map((name) => [name, from] as const)]);
      await repository.write(`${folder}/${at}.ts`, exampleModule(face, example, nearest));
    }
    const runs = faces.map((face, at) => `await run(${JSON.stringify(face)}, "./${at}.ts");`).join("\n");
    await repository.write(`${folder}/all.ts`, `${RUNNER}\n${runs}\nprocess.stderr.write(JSON.stringify(failed));\n`);
    const { stderr } = await promisify(execFile)(process.execPath, [repository.resolve(`${folder}/all.ts`)]);
    expect(JSON.parse(stderr)).toEqual([]);
  });

  test("an example that lies or does not run is caught", async () => {
    const module = exampleModule("lib/x/index.ts", "const a = 1 + 1; // 3\na; // 2; two\nb;", new Map());
    await repository.write(`${folder}/lie.ts`, module);
    const error = await promisify(execFile)(process.execPath, [repository.resolve(`${folder}/lie.ts`)]).catch(
      ({ stderr }: { stderr: string }) => stderr,
    );
    expect(error).toContain("lib/x/index.ts says 3, but it is 2: const a = 1 + 1;");
  });
});

const RUNNER = `const failed: string[] = [];
async function run(face: string, file: string) {
  try {
    await import(file);
  } catch (error) {
    failed.push(face + ": " + String(error));
  }
}`;

/** The flags that a script's --help lists; undefined where there is no such script. */
async function flagsOf(script: string): Promise<ReadonlySet<string> | undefined> {
  if (!(await exists(script))) return undefined;
  const { out } = await saidBy(script, "--help");
  return new Set(out.match(/^ {2}--[a-z-]+/gm)?.map((flag) => flag.trim()));
}

async function exists(name: string): Promise<boolean> {
  if ((await repository.size(name)) !== undefined) return true;
  return (await repository.list(name).catch(() => [])).length > 0;
}

/** Files with an ending: those named, and those below folders ("docs/"). */
async function filesBelow(places: readonly string[], ending: string): Promise<string[]> {
  const found = await collect(walk(places));
  return found.filter((file) => file.endsWith(ending)).sort();
}

async function* walk(places: readonly string[]): AsyncGenerator<string> {
  for (const place of places) {
    if (!place.endsWith("/")) yield place;
    else yield* walk((await repository.list(place)).map((name) => `${place}${name}`));
  }
}
