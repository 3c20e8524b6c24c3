import {
  averagedLosses,
  averagedModels,
  LossRecord,
  lossRecord,
  lossTally,
  type MEASURES,
  TARGET,
} from "corrigenda/ilm";
import { keyedRng } from "corrigenda/rng";
import { perplexity } from "corrigenda/stats";
import { type Documents, type Executor, GPT2_SHAPES, scoreDocuments } from "corrigenda/train";
import { describe, expect, test } from "vitest";

const place = { model: "C1", test: "A1", document: 0 } as const;
const tallies = (...rows: readonly (readonly [kind: number, ...losses: number[]])[]) =>
  new Map(rows.map(([kind, ...losses]) => [kind, { sum: losses.reduce((a, b) => a + b, 0), count: losses.length }]));

describe("a document's record", () => {
  const scored = tallies(
    [TARGET.CONTEXT, 1, 2, 3],
    [TARGET.CONTEXT_SPECIAL, 99],
    [TARGET.CONTEXT_INFILL_SEP, 99],
    [TARGET.INFILL, 4, 5],
    [TARGET.INFILL_SPECIAL, 6],
    [TARGET.INFILL_REDUNDANT, 99],
  );

  test("keeps the labels of context, answers and their ends; mask tokens, separators and redundant text count for nothing", () => {
    const { losses } = lossRecord(place, scored);
    expect(losses).toEqual({
      context: { sum: 6, count: 3 },
      infill: { sum: 9, count: 2 },
      special: { sum: 6, count: 1 },
    });
    expect(LossRecord.parse(JSON.parse(JSON.stringify(lossRecord(place, scored))))).toMatchObject(place);
  });

  test("its three perplexities are exp of the mean loss over the labels of each", () => {
    const tally = lossTally(0, 100);
    tally.add(lossRecord(place, scored));
    const cell = tally.cell("C1", "A1");
    const of = (measure: keyof typeof MEASURES): number => Math.exp(cell?.logs(measure)[0] ?? 0);
    expect(of("context")).toBeCloseTo(Math.exp(6 / 3), 12);
    expect(of("infill")).toBeCloseTo(Math.exp((9 + 6) / 3), 12);
    expect(of("infill_textonly")).toBeCloseTo(Math.exp(9 / 2), 12);
    expect(cell?.tokens).toEqual({ context: 3, infill: 3, infill_textonly: 2 });
  });

  test("without any mask has no answer, and does not become a mean over nothing", () => {
    const tally = lossTally(0, 100);
    tally.add(lossRecord(place, tallies([TARGET.CONTEXT, 1, 2])));
    expect(tally.cell("C1", "A1")).toMatchObject({ documents: 0, tokens: { infill: 0, context: 2 } });
    tally.add(lossRecord({ ...place, document: 1 }, tallies([TARGET.INFILL, Math.log(8)])));
    expect(Math.exp(tally.cell("C1", "A1")?.logs("infill")[0] ?? 0)).toBeCloseTo(8, 12);
    expect(tally.cell("C1", "A1")?.documents).toBe(1);
  });

  test("with a loss that is no number is refused by name", () => {
    expect(() => lossRecord(place, tallies([TARGET.INFILL, Number.NaN]))).toThrow(
      "model C1, test set A1, document 0: the loss of its infill tokens is NaN",
    );
    expect(LossRecord.safeParse({ ...place, losses: { context: { sum: -1, count: 1 } } }).success).toBe(false);
  });
});

describe("a tally", () => {
  // 200 documents of 1 to 30 tokens whose losses differ by document.
  const documents = Array.from({ length: 200 }, (_, document) => {
    const rng = keyedRng(3, "document", document);
    const count = 1 + rng.int(30);
    return { document, sum: count * (2 + rng.next()), count };
  });
  const nothing = { sum: 0, count: 0 };
  const record = ({ document, sum, count }: (typeof documents)[number], model = "C1"): LossRecord => ({
    ...{ model, test: "A1" as const, document },
    losses: { context: nothing, infill: { sum, count }, special: nothing },
  });
  const fill = (): ReturnType<typeof lossTally> => {
    const tally = lossTally(0, 2000);
    for (const one of documents) tally.add(record(one));
    return tally;
  };

  test("agrees with the perplexity of lib/stats: the value to 1e-12, the interval to a twentieth of its width", () => {
    const logs = fill().cell("C1", "A1")?.logs("infill") ?? new Float64Array();
    const known = perplexity(
      documents.map(({ sum, count }) => ({ logLikelihood: -sum, tokens: count })),
      { seed: 0, resamples: 2000 },
    );
    expect(Math.exp(logs[0] ?? 0)).toBeCloseTo(known.value, 12);
    const sorted = logs.subarray(1).toSorted();
    const width = known.high - known.low;
    expect(Math.abs(Math.exp(sorted[49] as number) - known.low)).toBeLessThan(width / 20);
    expect(Math.abs(Math.exp(sorted[1949] as number) - known.high)).toBeLessThan(width / 20);
  });

  test("a document that comes twice or too late is refused", () => {
    const tally = fill();
    expect(() => tally.add(record(documents[199] as (typeof documents)[number]))).toThrow("document 199 comes twice");
    expect(() => tally.add(record(documents[7] as (typeof documents)[number]))).toThrow("out of order");
    tally.add({ ...record(documents[7] as (typeof documents)[number]), fold: 1 });
    expect(tally.cell("C1", "A1")?.documents).toBe(201);
  });

  test("models that scored other tokens have other fingerprints", () => {
    const tally = fill();
    for (const one of documents) tally.add(record(one, "same"));
    for (const one of documents.slice(1)) tally.add(record(one, "fewer"));
    for (const one of documents) tally.add(record({ ...one, count: one.count + 1 }, "other"));
    const of = (model: string) => tally.cell(model, "A1")?.fingerprint;
    expect(of("same")).toBe(of("C1"));
    expect([of("fewer"), of("other")]).not.toContain(of("C1"));
  });

  test("where the level is not known, the model that finds the context likeliest answers", () => {
    const tally = lossTally(0, 100);
    const levels = ["C1", "B2", "B1", "A2", "A1"];
    for (const [at, model] of levels.entries())
      for (const document of [0, 1]) {
        // B1 (the third) fits the context of document 0 best, A1 that of document 1.
        const context = { sum: Math.abs(at - (document === 0 ? 2 : 4)) * 10, count: 10 };
        tally.add({
          model,
          test: "A1",
          document,
          losses: { context, infill: { sum: at, count: 1 }, special: nothing },
        });
      }
    expect(tally.cell("guessed", "A1")?.logs("infill")[0]).toBe((2 + 4) / 2);
    expect(tally.cell("guessed", "A1")?.fingerprint).toBe(tally.cell("C1", "A1")?.fingerprint);
  });
});

describe("a mixture of models", () => {
  test("its loss is -ln of the mean probability", () => {
    const [loss] = averagedLosses([[-Math.log(0.5)], [-Math.log(0.1)], [-Math.log(0.3)]]);
    expect(loss).toBeCloseTo(-Math.log(0.3), 14);
  });

  test("is finite where every probability underflows, and never worse than the best model by more than ln n", () => {
    const [loss] = averagedLosses([[800], [900]]);
    expect(loss).toBeCloseTo(800 + Math.log(2), 10);
  });

  test("needs the same tokens of every model", () => {
    expect(() => averagedLosses([[1], [1, 2]])).toThrow("the same tokens");
    expect(() => averagedLosses([])).toThrow("the same tokens");
  });

  test("is scored by the trainer like a model, and its records are those of its losses", async () => {
    const model = { ...GPT2_SHAPES.gpt2 };
    const types = [TARGET.CONTEXT, TARGET.CONTEXT, TARGET.CONTEXT_INFILL_SEP, TARGET.INFILL, TARGET.INFILL_SPECIAL];
    const documents: Documents = { size: 2, example: () => ({ tokens: [1, 2, 3, 4, 5], kinds: types }) };
    // Every token of the first model costs ln 2, of the second ln 4: their mean probability is 3/8.
    const [two, four] = [2, 4].map((n) => ({
      evaluate: async ({ labels }: { labels: Int32Array }) => new Float32Array(labels.length).fill(Math.log(n)),
    })) as unknown as [Executor, Executor];
    const mixture = averagedModels([two, four]) as Executor;
    expect(mixture.name).toBe("mean of 2 models");
    const options = { model, batch: 2, kinds: [TARGET.CONTEXT, TARGET.INFILL, TARGET.INFILL_SPECIAL] };
    const tally = lossTally(0, 100);
    for await (const { document, tallies } of scoreDocuments(mixture, documents, options))
      tally.add(lossRecord({ model: "average", test: "A1", document }, tallies));
    const cell = tally.cell("average", "A1");
    // The first token of a sequence is never a label.
    expect(cell).toMatchObject({ documents: 2, tokens: { context: 2, infill: 4, infill_textonly: 2 } });
    expect(Math.exp(cell?.logs("infill")[0] ?? 0)).toBeCloseTo(8 / 3, 6);
  });
});
