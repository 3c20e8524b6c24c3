import { memoryDisk } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import { keyedRng } from "corrigenda/rng";
import { loadTokenizer } from "corrigenda/text";
import { type Batch, packBatch, scoreDocuments } from "corrigenda/train";
import { describe, expect, test } from "vitest";
import { z } from "zod";

const flags = (given: object): ilm.TrainFlags => z.object(ilm.trainFlags).parse(given);
const TEXTS = ["She ate cereal for breakfast.", "Ich esse „Müsli“ 🥣 zum Frühstück.", "We go home."];
const tokenizer = await loadTokenizer("r50k_base", 1024);
const tokens = ilm.infillTokens(["word"], 1024);
const setup = { task: "ilm", length: 64, tokens, tokenizer } as const;
const words = (text: string): ilm.MaskedDocument["examples"] =>
  [...text.matchAll(/\p{L}+/gu)].map(({ 0: word, index }) => [0, index, word.length]);
const MASKED = TEXTS.map((text): ilm.MaskedDocument => ({ text, examples: words(text) }));
const HEADER: ilm.ExamplesHeader = {
  ...{ format: "ilm examples 1", maskClass: "MaskWords", types: ["word"], p: 0.03, seed: 0, rng: "keyed" },
  ...{ source: "train.txt", split: "train", examplesPerDocument: 16, documents: 3 },
  examples: MASKED.reduce((sum, { examples }) => sum + examples.length, 0),
};
const FILE = {
  header: HEADER,
  document: async (number: number) => MASKED[number] as ilm.MaskedDocument,
  locate: (example: number) => {
    let [document, left] = [0, example];
    while (left >= (MASKED[document]?.examples.length ?? 0)) left -= MASKED[document++]?.examples.length ?? 0;
    return { document, example: left };
  },
};

describe("how long and how a model trains", () => {
  test("an epoch is one example a document: 333 steps on C1, 24,109 on all levels (train_ilm.py's own counts)", () => {
    const epoch = flags({ trainNumEpochs: 1 });
    expect(ilm.trainPlanFrom(epoch, 8_004).steps).toBe(333);
    expect(ilm.trainPlanFrom(epoch, 578_625).steps).toBe(24_109);
    expect(ilm.trainPlanFrom(flags({ trainNumEpochs: 1, maxSteps: 10_000 }), 8_004).steps).toBe(10_000);
    expect(() => ilm.trainPlanFrom(flags({}), 8_004)).toThrow("--max-steps");
    expect(() => ilm.trainPlanFrom(epoch, 5)).toThrow("5 documents make no whole step");
  });

  test("the source's settings are the defaults; minimal supervision leaves the context's loss out", () => {
    const plan = ilm.trainPlanFrom(flags({ maxSteps: 1 }), 10);
    expect(plan).toMatchObject({ batch: 8, accumulate: 3, length: 256, clip: 1, weightDecay: 0, dropout: 0.1 });
    expect(plan.schedule).toEqual({ rate: 5e-5, warmup: 0, decay: "constant" });
    expect(plan.means).toHaveLength(2);
    expect(ilm.trainPlanFrom(flags({ maxSteps: 1, trainMinimalSupervision: true }), 10).means).toEqual([[4, 5, 6]]);
    const timed = ilm.trainPlanFrom(flags({ maxSteps: 1, trainEvalSecs: 360 }), 10);
    expect([timed.evaluateSeconds, timed.evaluateSteps]).toEqual([360, undefined]);
  });

  test("a model has a folder of its own below ilm/<run>/", () => {
    const stage = { results: "/x/results", study: "ilm", run: "r1", stage: "train-C1" };
    expect(ilm.trainPlace("/x/results/ilm/r1/train-C1/")).toEqual(stage);
    expect(() => ilm.trainPlace("training/ilm")).toThrow("one of its own to each model");
  });

  test("its recorded command holds for any results folder and run", () => {
    const below = (results: string) => ({
      trainDir: `${results}/ilm/r1/train-all-to-C1`,
      examplesDir: `${results}/ilm/r1/examples-C1`,
      modelName: `${results}/ilm/r1/train-all`,
    });
    for (const results of ["results", "/x/results", "."]) {
      const recorded = ilm.recordedFolders(below(results));
      expect(Object.values(recorded)).toEqual(
        ["train-all-to-C1", "examples-C1", "train-all"].map((n) => `ilm/{run}/${n}`),
      );
      const filled = JSON.parse(JSON.stringify(recorded).replaceAll("{run}", "r1")) as typeof recorded;
      expect(ilm.inResults({ ...filled, results: "elsewhere" })).toEqual(below("elsewhere"));
    }
    const other = { trainDir: "results/ilm/r1/t", examplesDir: "results/ilm/r10/examples-C1", modelName: "gpt2" };
    expect(ilm.recordedFolders(other)).toEqual({ ...other, trainDir: "ilm/{run}/t" });
    expect(ilm.inResults({ ...other, results: "elsewhere" })).toEqual(other);
  });

  test("a training of a plan starts from the general model where it is to be fine-tuned", () => {
    const plan = ilm.Plan.parse({
      ...{ name: "p", data: { csv: "a.csv", lang: "EN" }, transfer: { steps: 7, documents: [100] } },
      models: ilm.CORPORA.map((level) => ({ level, name: level, steps: 9 })),
    });
    const job = ilm.planJobs(plan).find(({ id }) => id === "train-all-to-B1-100") as ilm.Job;
    const said = ilm.trainWords(plan, job, { results: "results", run: "r", device: "webgpu" }).join(" ");
    expect(said).toContain("all-to-B1-100 results/ilm/r/train-all-to-B1-100 results/ilm/r/examples-B1 ");
    for (const words of ["--max-steps 7", "--model-name results/ilm/r/train-all", "--train-max-num-documents 100"])
      expect(said).toContain(words);
    expect(said).toContain("--device webgpu");
    expect(said).not.toContain("--train-from-scratch");
  });
});

test("without its examples nothing is trained, nor with a validation that masks the training text", async () => {
  const disk = memoryDisk();
  const tags = { trainExamplesTag: "train", evalExamplesTag: "valid" };
  await expect(ilm.trainingFiles(disk, "e", tags)).rejects.toThrow("create-ilm-examples.ts makes it");
  const origin = { ...HEADER, split: "train" } as const;
  const write = async (tag: string, source: string): Promise<void> => {
    const writer = ilm.recordWriter();
    for (const document of MASKED) writer.add(document);
    const file = await ilm.examplesWriter(disk, { ...origin, source });
    await file.write(writer.take());
    await file.commit(`e/${tag}.ilm`);
  };
  await write("train", "c/train.txt");
  await expect(ilm.trainingFiles(disk, "e", tags)).rejects.toThrow("valid.ilm does not exist");
  await write("valid", "c/train.txt");
  await expect(ilm.trainingFiles(disk, "e", tags)).rejects.toThrow("valid.ilm masks the training text");
  await write("valid", "c/valid.txt");
  await using files = await ilm.trainingFiles(disk, "e", tags);
  expect(files.training.header.documents).toBe(3);
});

describe("examples of documents", () => {
  test("every epoch shows one of a document's masks, the same one for the same seed, and over epochs all of them", async () => {
    const [a, b] = [1, 2].map(() => ilm.trainingDocuments(FILE, setup, { seed: 5 }));
    const seen = new Set<string>();
    for (let epoch = 0; epoch < 40; epoch++) {
      const one = await a?.example(2, epoch);
      expect(await b?.example(2, epoch)).toEqual(one);
      seen.add(String(one?.tokens));
    }
    expect(seen.size).toBe(3);
    expect(ilm.trainingDocuments(FILE, setup, { seed: 5, documents: 2 }).size).toBe(2);
  });

  test("a document without masks is context alone, and a sample larger than the file is the whole file", async () => {
    const bare = { ...FILE, document: async () => ({ text: "We go home.", examples: [] }) };
    const { kinds } = await ilm.trainingDocuments(bare, setup, { seed: 0 }).example(0, 0);
    expect(new Set(Array.from(kinds))).toEqual(new Set([1, 3]));
    expect(ilm.scoredExamples(FILE, setup, { seed: 0, documents: 500 }).size).toBe(HEADER.examples);
    expect(ilm.scoredExamples(FILE, setup, { seed: 0, documents: 4 }).size).toBe(4);
  });

  test("the first tokens of GPT-2 are an encoding of their own", () => {
    for (const text of TEXTS) {
      const ids = tokenizer.encode(text);
      expect(Math.max(...ids)).toBeLessThan(1024);
      expect(tokenizer.decode(ids)).toBe(text);
    }
  });
});

test("a model that knows nothing has the perplexity of its vocabulary on every document", async () => {
  const nats = Math.log(tokens.size);
  const evaluate = async ({ labels }: Batch): Promise<Float32Array> => new Float32Array(labels.length).fill(nats);
  const executor = { evaluate } as never;
  const model = { vocab: tokens.size, context: 64, width: 8, layers: 1, heads: 1 };
  const examples = { ...FILE, documents: async function* () {}, close: async () => {} };
  const place = { model: "C1", test: "C1" } as const;
  const scoring = { score: scoreDocuments, executor, model, batch: 4 };
  const records = [];
  for await (const one of ilm.documentLosses(scoring, examples, setup, place, { each: 2 })) records.push(one);
  expect(records.map(({ document }) => document)).toEqual([0, 1, 2]);
  for (const { losses } of records) {
    expect(losses.special.count).toBe(2); // two examples, one answer each
    for (const { sum, count } of Object.values(losses)) expect(Math.exp(sum / count)).toBeCloseTo(tokens.size, 1);
  }
});

describe("filling in", () => {
  test("the nucleus is the source's: probabilities above the one at place max(1, running sums below p)", () => {
    const drawn = (weights: readonly number[], p: number): number[] => {
      const choose = ilm.nucleus(keyedRng(1, "nucleus"), p);
      return [...new Set(Array.from({ length: 300 }, () => choose(Float32Array.from(weights))))].sort();
    };
    // Sums 0.5, 0.8, 0.95, 1: below 0.9 are two, so that what is above 0.15 stays.
    expect(drawn([0.15, 0.5, 0.05, 0.3], 0.9)).toEqual([1, 3]);
    expect(drawn([0.15, 0.5, 0.05, 0.3], 0.1)).toEqual([1]);
    expect(drawn([0.5, 0.5], 0.9)).toEqual([0]);
  });

  test("there are exactly as many answers as blanks, whatever the model writes", async () => {
    const vocab = tokens.size;
    const model = (next: (length: number) => number) => ({
      ...{ pack: packBatch, width: 8, context: 40 },
      executor: {
        predict: async ({ labels, targets, positions }: Batch): Promise<Float32Array> => {
          const all = new Float32Array(labels.length * vocab);
          for (const [row, place] of targets.entries()) {
            all[row * vocab + next(positions[place] ?? 0)] = 0.6;
            all.fill(0.2, row * vocab + 1024, row * vocab + 1024 + 1); // <|startofinfill|>, which no answer may hold
          }
          return all;
        },
      },
    });
    const blanks = ilm.blanksOf("I ____ and ____ it.", "word", ["word"], setup);
    expect(blanks.blanks).toBe(2);
    const ask = (next: (length: number) => number, most = 9) =>
      ilm.generateAnswers(model(next), [blanks, { ...blanks, blanks: 1 }], tokens, { most, choose: ilm.likeliest });
    const start = blanks.ids.length;
    const written = await ask((at) => (at === start + 1 || at >= start + 3 ? tokens.end : 40 + at - start));
    expect(written.map((answers) => answers.map(({ length }) => length))).toEqual([[2, 1], [2]]);
    expect((await ask(() => tokens.end))[0]).toEqual([[], []]);
    const endless = await ask(() => 77);
    expect(endless[0]).toEqual([Array(9).fill(77), []]);
    expect(() => ilm.blanksOf("No blank.", "word", ["word"], setup)).toThrow("write ____");
    expect(() => ilm.blanksOf("A ____.", "verse", ["word"], setup)).toThrow("fills in word");
  });

  test("answers stand in their blanks, on one line", () => {
    expect(ilm.filledIn("She ate ____ for ____.", [" rice\n\u001b[2J", "lunch"])).toBe("She ate rice [2J for lunch.");
    expect(ilm.filledIn("She ate ____.", [])).toBe("She ate.");
  });
});
