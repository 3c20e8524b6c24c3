import { defineScript, helpPage, parseScript, parseYaml } from "corrigenda/cli";
import { memoryDisk } from "corrigenda/files";
import { describe, expect, test } from "vitest";
import { z } from "zod";

const script = defineScript({
  name: "scripts/demo/step1.ts",
  summary: "Makes the requests of every method.",
  positionals: {
    source: z.enum(["longman", "fce"]).describe("where the rows come from"),
    run: z.string().describe("name of the run"),
    size: z.string().optional(),
  },
  flags: {
    maxCost: z.number().positive().optional().describe("stop before the run costs more, US dollars"),
    limit: z.number().int().positive().default(100).describe("rows at most"),
    models: z.array(z.string()).default(["a"]).describe("models to ask"),
    once: z.boolean().default(false).describe("look once and return"),
    color: z.boolean().default(true),
  },
  examples: ["npx zx scripts/demo/step1.ts longman 0622-1458 --max-cost 2"],
});

async function parse(line: string, files: Record<string, string> = {}): Promise<unknown> {
  const disk = memoryDisk();
  for (const [name, text] of Object.entries(files)) await disk.write(name, text);
  return parseScript(script, line.split(" ").filter(Boolean), disk);
}

describe("a command line", () => {
  test("becomes a checked value with defaults, kebab-case flags in camelCase", async () => {
    expect(await parse("longman 0622-1458 --max-cost 2.5 --once")).toEqual({
      source: "longman",
      run: "0622-1458",
      maxCost: 2.5,
      limit: 100,
      models: ["a"],
      once: true,
      color: true,
    });
  });

  test("takes lists by comma or by repetition, --no-flag, --flag=false and --flag=value", async () => {
    const value = await parse("fce r --models x,y --models z --no-color --once=false --limit=7");
    expect(value).toMatchObject({ models: ["x", "y", "z"], color: false, once: false, limit: 7 });
  });

  test("is frozen all the way down", async () => {
    const value = (await parse("fce r --models x")) as { models: string[] };
    expect(() => value.models.push("y")).toThrow(TypeError);
    expect(Object.isFrozen(value)).toBe(true);
  });

  test("takes the last of a flag that is given twice", async () => {
    expect(await parse("fce r --limit 1 --limit 2")).toMatchObject({ limit: 2 });
  });

  test.each([
    ["longman r --max-cots 2", "unknown flag --max-cots; did you mean --max-cost? (--help lists all)"],
    ["longman r --zzzzzz", "unknown flag --zzzzzz (--help lists all)"],
    ["longman r --__proto__ x", "unknown flag --__proto__ (--help lists all)"],
    ["longman", "missing <run> (name of the run); usage: npx zx scripts/demo/step1.ts <source> <run> [size] [flags]"],
    ["longman r s t", 'unexpected argument "t"; usage: npx zx scripts/demo/step1.ts <source> <run> [size] [flags]'],
    ["longman r --max-cost", "--max-cost needs a value: --max-cost <value>"],
    ["longman r --max-cost --once", "--max-cost needs a value: --max-cost <value>"],
    ["longman r --once=maybe", "--once is on or off; write --once or --once=false"],
    ["longman r --limit ten", '--limit: expected number, received string; got "ten"'],
    ["longman r --limit 1.5", "--limit: expected int, received number; got 1.5"],
    ["bea r", '<source>: expected one of "longman"|"fce"; got "bea"'],
  ])("%s is refused: %s", async (line, sentence) => {
    await expect(parse(line)).rejects.toMatchObject({ code: "config", message: sentence });
  });
});

describe("a flag of pairs", () => {
  const pairs = defineScript({
    name: "scripts/demo/run.ts",
    summary: "Runs.",
    positionals: { file: z.string() },
    flags: {
      parameters: z.record(z.string(), z.json()).default({}).describe("values by name").meta({ short: "p" }),
      force: z.boolean().default(false),
    },
  });
  const values = (line: string): Promise<unknown> => parseScript(pairs, line.split(" "), memoryDisk());

  test("takes names and values, as two words or one, any number of times", async () => {
    expect(await values("-p model gpt -p n=-1 x.ipynb --parameters low -2 --force -p text a=b -p empty=")).toEqual({
      file: "x.ipynb",
      parameters: { model: "gpt", n: "-1", low: "-2", text: "a=b", empty: "" },
      force: true,
    });
    expect(await values("x.ipynb")).toEqual({ file: "x.ipynb", parameters: {}, force: false });
  });

  test.each(["x.ipynb -p", "x.ipynb -p name", "x.ipynb -p --force"])("%s is refused", async (line) => {
    await expect(values(line)).rejects.toMatchObject({ code: "config", message: expect.stringMatching(/ needs a /) });
  });

  test("is a mapping in a --config file, and shows in --help", async () => {
    const disk = memoryDisk();
    await disk.write("c.yaml", "parameters:\n  n: 3\n");
    const given = await parseScript(pairs, ["x", "--config", "c.yaml"], disk);
    expect(given).toMatchObject({ parameters: { n: 3 } });
    expect(helpPage(pairs)).toContain("--parameters <name> <value>  Values by name. Also -p; any number of times.");
  });
});

describe("--config", () => {
  test("fills in what the command line leaves out, positionals too; the command line wins", async () => {
    const files = { "run.yaml": "source: fce\nrun: 0622\nmax-cost: 3\nlimit: 5\n" };
    expect(await parse("--config run.yaml --limit 9", files)).toMatchObject({
      source: "fce",
      run: "0622",
      maxCost: 3,
      limit: 9,
    });
  });

  test.each([
    ["source: fce\nrun: r\nlimti: 3\n", "run.yaml:3: limti: unknown key; did you mean limit?"],
    ["source: fce\nrun: r\n\nlimit: many\n", 'run.yaml:4: limit: expected number, received string; got "many"'],
    ["source: fce\nrun: r\nmodels: [a, 3]\n", 'run.yaml:3: models: expected string, received number; got ["a",3]'],
    ["source: fce\nsource: fce\n", "run.yaml:2: Map keys must be unique"],
    ["just words\n", 'run.yaml:1: expected "flag: value" lines'],
  ])("reports %j by file and line", async (text, sentence) => {
    await expect(parse("--config run.yaml", { "run.yaml": text })).rejects.toMatchObject({
      code: "config",
      message: sentence,
    });
  });

  test("that does not exist is named", async () => {
    await expect(parse("fce r --config no.yaml")).rejects.toMatchObject({ message: "no.yaml does not exist" });
  });
});

describe("parseYaml", () => {
  const schema = z.strictObject({
    models: z.array(z.strictObject({ name: z.string(), temperature: z.number().max(2).optional() })),
    note: z.string().optional(),
  });

  test("gives a checked value", () => {
    expect(parseYaml("models:\n  - name: a\n", "e.yaml", schema)).toEqual({ models: [{ name: "a" }] });
  });

  test("reports every mistake with file, line and key, nested ones by their own line", () => {
    const text = "models:\n  - name: a\n    temprature: 1\n  - name: 5\n    temperature: 3\nnots: x\n";
    const run = (): unknown => parseYaml(text, "e.yaml", schema);
    expect(run).toThrow(
      expect.objectContaining({
        code: "config",
        message: [
          "e.yaml:3: models[0].temprature: unknown key; did you mean temperature?",
          "e.yaml:4: models[1].name: expected string, received number",
          "e.yaml:5: models[1].temperature: expected number to be <=2",
          "e.yaml:6: nots: unknown key; did you mean note?",
        ].join("\n"),
      }),
    );
  });
});

test("--help shows arguments, flags, words, units, defaults and examples", async () => {
  expect(await parse("--help --zzz".replace(" --zzz", ""))).toBe("help");
  expect(helpPage(script)).toMatchInlineSnapshot(`
    "Makes the requests of every method.

    Usage: npx zx scripts/demo/step1.ts <source> <run> [size] [flags]

    Arguments
      <source>  Where the rows come from. One of longman, fce.
      <run>     Name of the run.
      [size]

    Flags
      --max-cost <number>   Stop before the run costs more, US dollars.
      --limit <number>      Rows at most. Default: 100.
      --models <a,b,…>      Models to ask. Default: a.
      --once                Look once and return.
      --no-color
      --config <file.yaml>  Take flags from a YAML file; those on the command line win.
      --help                Show this page.

    Examples
      npx zx scripts/demo/step1.ts longman 0622-1458 --max-cost 2

    LOG_LEVEL=debug|info|warn|error sets how much is said; keys come from the environment or .env.
    "
  `);
});

test("a script with a --config of its own reads that file itself", async () => {
  const own = defineScript({
    ...{ name: "scripts/demo/own.ts", summary: "Reads its study's config." },
    flags: { config: z.string().default("study.yaml").describe("the study's settings") },
  });
  expect(await parseScript(own, ["--config", "mine.yaml"], memoryDisk())).toEqual({ config: "mine.yaml" });
  expect(helpPage(own).match(/--config/g)).toHaveLength(1);
  expect(helpPage(script)).toContain("--config <file.yaml>");
});
