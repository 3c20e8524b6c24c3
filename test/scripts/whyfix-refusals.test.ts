import { collect, nodeDisk, readText } from "corrigenda/files";
import { readBill } from "corrigenda/provider/offline";
import { afterAll, describe, expect, test } from "vitest";
import { type Ended, run, start, temporary } from "./script.ts";

const root = temporary("refusals");
const repository = nodeDisk(".");
afterAll(() => root.remove("."));

const step = (number: 1 | 2 | 3 | 4, ...words: readonly string[]): string[] => [
  `scripts/whyfix/step${number}.ts`,
  ...words,
];
const USAGE = "usage: npx zx scripts/whyfix/step1.ts <sample-type> <embedding-size> <date> [flags]";
const SAMPLE_TYPES =
  "longman, fce, R, A, sample-longman, sample-fce, m2:<file>, csv:<file>, json:<file>, jfleg:<file>, " +
  "bea2019:<file>, fce-xml:<file>, longman-m2:<file>";
const FCE = "fce-xml:data/sample/whyfix/fce.xml";
const SHUT = "openai shut gpt-4.1-nano down on 2026-10-23: choose another model";
const STAYS =
  "data set 'fce' may not leave this machine (CLC FCE licence: non-commercial research and education, no " +
  "redistribution); use a provider on this machine, or add --i-may-send if you have the right to send it";

/** A refusal's one line. */
const refused = (code: string, sentence: string): Ended => ({
  ...{ code: code === "config" ? 2 : 1, out: "" },
  err: `error[${code}]: ${sentence}\n`,
});

interface Refusal {
  readonly what: string;
  readonly words: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly says: Ended;
}

const KEY = { OPENAI_API_KEY: "sk-of-a-test" };
const WITH_NOTHING_WRITTEN: readonly Refusal[] = [
  {
    what: "step 1 without SAMPLE_TYPE",
    words: step(1),
    says: refused(
      "config",
      `missing <sample-type> (longman, fce, R, A, sample-longman, sample-fce, or <kind>:<file>); ${USAGE}`,
    ),
  },
  {
    what: "step 1 without EMBEDDING_SIZE",
    words: step(1, "longman"),
    says: refused("config", `missing <embedding-size> (which <dataset>_with_collocation_{small,large}.json); ${USAGE}`),
  },
  {
    what: "step 1 without DATE",
    words: step(1, "longman", "small"),
    says: refused("config", `missing <date> (the run's name, MMDD-HHMM); ${USAGE}`),
  },
  {
    what: "step 2 without DATE",
    words: step(2),
    says: refused(
      "config",
      "missing <date> (the run's name, MMDD-HHMM); usage: npx zx scripts/whyfix/step2.ts <date> [flags]",
    ),
  },
  {
    what: "an EMBEDDING_SIZE that is none",
    words: step(1, "longman", "medium", "0622-1458"),
    says: refused("config", '<embedding-size>: expected one of "small"|"large"; got "medium"'),
  },
  {
    what: "a DATE in a month that there is not",
    words: step(1, "longman", "small", "1322-1458"),
    says: refused("config", 'DATE "1322-1458" is not MMDD-HHMM; give month, day, hour and minute, such as 0622-1458'),
  },
  {
    what: "a DATE that would leave results/",
    words: step(2, "../0622"),
    says: refused("config", 'DATE "../0622" is not MMDD-HHMM; give month, day, hour and minute, such as 0622-1458'),
  },
  {
    what: "a SAMPLE_TYPE that is none",
    words: step(1, "londman", "small", "0622-1458"),
    says: refused("config", `SAMPLE_TYPE 'londman' is not known; known are ${SAMPLE_TYPES}`),
  },
  {
    what: "step 2 before step 1",
    words: step(2, "0622-1458"),
    says: refused(
      "stage",
      "step1 of whyfix run 0622-1458 is missing; run: npx zx scripts/whyfix/step1.ts <SAMPLE_TYPE> <EMBEDDING_SIZE> 0622-1458",
    ),
  },
  {
    what: "a restricted data set for a remote provider, before any key is asked for",
    words: step(1, FCE, "small", "0622-1458", "--provider", "openai"),
    says: refused("refused", STAYS),
  },
  {
    what: "a restricted data set for a server that stands in the environment and is not this machine",
    words: step(1, FCE, "small", "0622-1458", "--provider", "compatible"),
    env: { COMPATIBLE_BASE_URL: "https://models.example.org/v1" },
    says: refused("refused", STAYS),
  },
  {
    what: "a restricted data set in the grid",
    words: ["scripts/whyfix/grid.ts", FCE, "small", "0622-1458", "--provider", "anthropic"],
    says: refused("refused", STAYS),
  },
  {
    what: "a remote provider without its key",
    words: step(1, "sample-fce", "small", "0622-1458", "--provider", "openai"),
    says: refused("config", "OPENAI_API_KEY is not set: put your key into .env or the environment"),
  },
  {
    what: "Azure without its address",
    words: step(1, "sample-fce", "small", "0622-1458", "--provider", "azure"),
    env: { AZURE_OPENAI_API_KEY: "of-a-test" },
    says: refused("config", "AZURE_OPENAI_ENDPOINT is not set: put the resource's URL into .env or the environment"),
  },
  {
    what: "a model that has been shut down",
    words: step(1, "sample-fce", "small", "0622-1458", "--provider", "openai"),
    env: KEY,
    says: refused("config", SHUT),
  },
  {
    what: "a model that has been shut down, where the user may send the data",
    words: step(1, FCE, "small", "0622-1458", "--provider", "openai", "--i-may-send"),
    env: KEY,
    says: refused("config", SHUT),
  },
];

describe.concurrent("refused with one line, and nothing is written:", () => {
  test.each(WITH_NOTHING_WRITTEN)("$what", async ({ what, words, env, says }) => {
    const folder = what.replaceAll(/[^a-z0-9]+/gi, "-");
    expect(await start([...words, "--results", root.resolve(folder)], env).ended).toEqual(says);
    expect(await root.list(folder)).toEqual([]);
  });

  test("mistakes in experiment.yaml, each with its file, line and key", async () => {
    const text = await readText(repository, "scripts/whyfix/experiment.yaml");
    const mistaken = text
      .replace("model: gpt-4.1-nano", "model: gpt-4.1-nanno")
      .replace("lengths: [fifty, eighty]", "lenghts: [fifty, eighty]");
    const line = (part: string): number => mistaken.slice(0, mistaken.indexOf(part)).split("\n").length;
    const file = root.resolve("mistakes/experiment.yaml");
    await root.write("mistakes/experiment.yaml", mistaken);
    const there = ["--experiment", file, "--results", root.resolve("mistakes/results")];
    const { code, err } = await run(...step(1, "sample-longman", "small", "0622-1458"), ...there);
    expect(code).toBe(2);
    const lines = err.trimEnd().split("\n");
    expect(lines[0]).toBe(`error[config]: ${file}:${line("run:\n")}: run.lengths: is missing; give a list`);
    expect(lines[1]).toContain(
      `${file}:${line("model: gpt-4.1-nanno")}: run.model: "gpt-4.1-nanno" is not defined; allowed: `,
    );
    expect(lines[2]).toContain(
      `${file}:${line("lenghts:")}: run.lenghts: unknown key, did you mean "lengths"?; allowed: `,
    );
    expect(lines).toHaveLength(3);
    expect(await root.list("mistakes")).toEqual(["experiment.yaml"]);
  });

  test("--max-cost below the estimate: nothing is sent, and a higher one goes on", async () => {
    const words = [...step(1, "sample-longman", "small", "0622-1458"), "--results", root.resolve("cost"), "--max-cost"];
    const little = await run(...words, "0.001");
    expect(little).toMatchObject({ code: 1, out: "" });
    expect(little.err).toMatch(
      /^error\[budget\]: the plan costs an estimated \$0\.02\d\d \(\$0\.01\d\d to \$0\.\d{4}\), more than --max-cost 0\.001; nothing was sent\. Raise --max-cost or plan fewer requests\n$/,
    );
    expect(await batches("cost")).toBe(0);
    expect((await run(...words, "1")).code).toBe(0);
    expect(await batches("cost")).toBe(1);
  });
});

test("a run keeps its order, its arguments, its config and its inputs", async () => {
  await root.write("run/experiment.yaml", await readText(repository, "scripts/whyfix/experiment.yaml"));
  const experiment = root.resolve("run/experiment.yaml");
  const results = ["--results", root.resolve("run/results")];
  const first = ["sample-longman", "small", "0622-1458"];
  const started = [...step(1, ...first), "--experiment", experiment, ...results];
  const missing = (number: number) =>
    `step${number} of whyfix run 0622-1458 is missing; run: npx zx scripts/whyfix/step${number}.ts`;
  expect((await run(...started)).code).toBe(0);
  expect(await run(...step(3, ...first), ...results)).toEqual(refused("stage", `${missing(2)} 0622-1458`));
  expect(await run(...step(4, "0622-1458"), ...results)).toEqual(refused("stage", `${missing(2)} 0622-1458`));
  expect(await run(...started, "--redact")).toEqual(
    refused(
      "config",
      "run 0622-1458 of whyfix exists with another redact: recorded false, now true; choose another run name or the same config",
    ),
  );
  expect((await run(...step(2, "0622-1458"), ...results)).code).toBe(0);
  expect(await run(...step(4, "0622-1458"), ...results)).toEqual(
    refused("stage", `${missing(3)} <SAMPLE_TYPE> <EMBEDDING_SIZE> 0622-1458`),
  );
  expect(await run(...step(3, "sample-longman", "large", "0622-1458"), ...results)).toEqual(
    refused("config", "run 0622-1458 was started with small, not large; give the same arguments as in step 1"),
  );
  await root.write("run/experiment.yaml", `${await readText(root, "run/experiment.yaml")}\n# changed\n`);
  expect(await run(...step(3, ...first), ...results)).toEqual(
    refused("stage", `${experiment} is not what step2 of run 0622-1458 read; restore it, or start a new run`),
  );
  const other = await run(...started);
  expect(other.code).toBe(2);
  expect(other.err).toMatch(
    /^error\[config\]: run 0622-1458 of whyfix exists with another input .*experiment\.yaml: recorded [0-9a-f]{12}…, now [0-9a-f]{12}…; choose another run name or the same config\n$/,
  );
});

/** Batches that the offline service of a results folder was asked for. */
async function batches(folder: string): Promise<number> {
  const bill = await collect(readBill(nodeDisk(root.resolve(`${folder}/.offline`))));
  return bill.filter(({ kind }) => kind === "batch_created").length;
}
