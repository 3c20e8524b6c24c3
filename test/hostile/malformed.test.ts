import { parseYaml } from "corrigenda/cli";
import { efcamdat, merlin } from "corrigenda/dataset";
import { StudyError } from "corrigenda/error";
import { collect, nodeDisk } from "corrigenda/files";
import { LabelingConfig } from "corrigenda/labeling";
import { executedCells, readNotebook } from "corrigenda/notebook";
import * as trial from "corrigenda/trial";
import * as whyfix from "corrigenda/whyfix";
import { expect, test } from "vitest";

// Ten thousand of each kind, PDFs too, with limits of memory and time, are run by hand: npm run trial:malformed -- --count 10000

const repository = nodeDisk(".");
const csv = Buffer.from('writing_id,l1,cefr_level,text\n1,de,A1,"I am\nhere"\n2,x,B2,Bye\n');

async function sample(path: string): Promise<trial.Eater["originals"]> {
  const bytes = Buffer.concat(await collect(repository.read(path))).subarray(0, 10_000);
  return [{ file: path.replace(/.*\//, ""), bytes }];
}

/** Feeds damaged inputs; no end but rows or a clear sentence is let pass. */
async function expectClear(eaters: readonly trial.Eater[], count: number): Promise<void> {
  const seeds = Array.from({ length: count }, (_, at) => at);
  const { inputs, refused, problems } = await trial.feedInTurn(eaters, seeds, () => undefined);
  expect(problems).toEqual([]);
  expect(inputs).toBe(count);
  expect(refused).toBeGreaterThan(0);
}

test("damaged replies and files of results: each row comes out once, with a value or a sentence, and no kept reply is asked for again", async () => {
  await expectClear([trial.replies, trial.resultFiles], 300);
});

test("damaged data sets: whatever is met comes out as a row, or as a place and a reason", async () => {
  const m2 = await sample("data/sample/whyfix/longman.m2");
  const eaters = [
    trial.rowsEater("merlin", await sample("data/sample/ilm/merlin-de.jsonl"), merlin.rows),
    trial.rowsEater("efcamdat", [{ file: "e.csv", bytes: csv }], efcamdat.rows),
    trial.rowsEater("fce", await sample("data/sample/whyfix/fce.xml"), whyfix.readFce),
    trial.rowsEater("longman", m2, whyfix.readLongman),
    trial.rowsEater("m2", m2, whyfix.readM2),
    trial.questionsEater("hotpotqa", "hotpotqa", await sample("data/sample/selfcorrect/hotpotqa.json")),
    trial.questionsEater("boolq", "boolq", await sample("data/sample/selfcorrect/boolq.jsonl")),
  ];
  await expectClear(eaters, 210);
});

test("damaged settings and notebooks: one clear sentence, or a line for each of the first mistakes", async () => {
  const eaters = [
    trial.yamlEater("labeling", await sample("scripts/labeling/config.yaml"), LabelingConfig),
    trial.textEater("experiment", await sample("scripts/whyfix/experiment.yaml"), whyfix.parseExperiment),
    trial.textEater("notebook", await sample("notebooks/00-tour.ipynb"), (text, file) =>
      executedCells(readNotebook(text, file)),
    ),
  ];
  await expectClear(eaters, 150);
});

test("settings with mistakes by the hundred tell the first twenty", () => {
  const text = `run:\n${Array.from({ length: 300 }, (_, at) => `  key${at}: 1\n`).join("")}`;
  const message = ((): string => {
    try {
      whyfix.parseExperiment(text, "x.yaml");
    } catch (error) {
      return error instanceof StudyError ? error.message : String(error);
    }
    return "";
  })();
  expect(message.split("\n")).toHaveLength(21);
  expect(message).toMatch(/\nand \d+ more$/);
});

test("a key of a screen's length is told by its beginning", () => {
  const text = `MODEL${"e".repeat(900)}: 1\n`;
  expect(() => parseYaml(text, "x.yaml", LabelingConfig)).toThrow(/^x\.yaml:1: MODELe+…$/);
  expect(() => parseYaml(text, "x.yaml", LabelingConfig)).toThrow(/^.{1,301}$/);
});

test("settings that are too large to be any are refused at once", () => {
  const text = "key: 1\n".repeat(30_000);
  expect(() => whyfix.parseExperiment(text, "x.yaml")).toThrow(/^x\.yaml is longer than 131072 characters/);
});

test("the trial would notice: a crash, a stack in a sentence, a sentence that fills the screen, a kept reply asked for again", async () => {
  const bad: readonly (() => never)[] = [
    () => {
      throw new TypeError("Cannot read properties of undefined");
    },
    () => {
      throw new StudyError("config", "what\n    at where (file.ts:1:1)");
    },
    () => {
      throw new StudyError("config", "x".repeat(5_000));
    },
  ];
  for (const read of bad) {
    const eater = trial.textEater("bad", [{ file: "x", bytes: Buffer.from("x") }], read);
    expect((await trial.feedInTurn([eater], [1], () => undefined)).problems).toHaveLength(1);
  }
});

test("a seed is an input: the same bytes each time, other bytes for another seed", () => {
  const inputs = [7, 7, 8].map((seed) => trial.inputOf(trial.replies, seed));
  expect(inputs[0]).toEqual(inputs[1]);
  expect(inputs[0]).not.toEqual(inputs[2]);
});
