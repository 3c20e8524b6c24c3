import { type Disk, memoryDisk, readText } from "corrigenda/files";
import {
  type Documents,
  initialWeights,
  openOrt,
  openRef,
  readProgress,
  readSeconds,
  type TrainEvent,
  type TrainPlan,
  type TrainWork,
  train,
} from "corrigenda/train";
import { describe, expect, test } from "vitest";

const model = { vocab: 16, context: 12, width: 16, layers: 1, heads: 2 };
const plan: TrainPlan = {
  ...{ seed: 7, steps: 9, batch: 2, accumulate: 2, length: 12 },
  schedule: { rate: 0.01, warmup: 2, decay: "linear" },
  ...{ weightDecay: 0.01, clip: 1, dropout: 0.1 },
  ...{ means: [[1], [2]], kinds: [1, 2], watched: [2], evaluateSteps: 3 },
};

/** Sums modulo 13: an answer (kind 2) that the context (kind 1) decides. */
function documents(size: number, broken?: { at: number }): Documents {
  let asked = 0;
  return {
    size,
    example: (document, epoch) => {
      if (broken && ++asked > broken.at) throw new Error("killed");
      const [a, b] = [document % 13, (document * 5 + epoch) % 13];
      return { tokens: [13, a, b, 14, (a + b) % 13], kinds: [0, 1, 1, 0, 2] };
    },
  };
}

function work(disk: Disk, more: Partial<TrainWork> = {}): TrainWork {
  let now = 0;
  return {
    ...{ disk, folder: "run", training: documents(11), validation: documents(5) },
    weights: initialWeights(model, 3),
    open: (options, from) => openRef(options, from),
    clock: { now: () => (now += 100) },
    ...more,
  };
}

async function bytesOf(disk: Disk, path: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of disk.read(path)) parts.push(part);
  return Buffer.concat(parts);
}

const lines = async (disk: Disk) =>
  (await readText(disk, "run/metrics.jsonl"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, number>);

describe("a training run", () => {
  test("stopped and killed in between, leaves the same files as an unbroken one", async () => {
    const [whole, broken] = [memoryDisk(), memoryDisk()];
    const wanted = await train(plan, work(whole));
    const stop = new AbortController();
    const on = (event: TrainEvent) => event.kind === "step" && event.step === 5 && stop.abort();
    await expect(train(plan, work(broken, { on, signal: stop.signal }))).rejects.toThrow(
      "stopped and saved after step 5",
    );
    // Step 6 evaluates and saves; step 8 finds no documents.
    await expect(train(plan, work(broken, { training: documents(11, { at: 8 }) }))).rejects.toThrow("killed");
    expect((await readProgress(broken, "run"))?.step).toBe(6);
    expect(await train(plan, work(broken))).toEqual(wanted);
    for (const file of ["last.safetensors", "best/model.safetensors", "best/config.json", "metrics.jsonl"])
      expect([file, (await bytesOf(broken, `run/${file}`)).equals(await bytesOf(whole, `run/${file}`))]).toEqual([
        file,
        true,
      ]);
    expect(await readSeconds(broken, "run")).toBeGreaterThan(0);
  });

  test("that has ended is not trained again", async () => {
    const disk = memoryDisk();
    const wanted = await train(plan, work(disk));
    const never = () => Promise.reject(new Error("opened"));
    expect(await train(plan, work(disk, { open: never }))).toEqual(wanted);
    expect(wanted.ended).toBe("steps");
  });

  test("goes on with another batch size only in another folder", async () => {
    const disk = memoryDisk();
    await train({ ...plan, steps: 3 }, work(disk));
    const other = train({ ...plan, steps: 3, batch: 3 }, work(disk));
    await expect(other).rejects.toThrow("batch was 2 and is now 3; choose another folder");
  });

  test("records each step once, evaluations between them, and tells how fast it is", async () => {
    const disk = memoryDisk();
    const events: TrainEvent[] = [];
    await train(plan, work(disk, { on: (event) => events.push(event) }));
    const found = await lines(disk);
    expect(found.filter(({ loss }) => loss !== undefined).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(found.filter(({ validation }) => validation !== undefined).map(({ step }) => step)).toEqual([3, 6, 9]);
    expect(found[0]).toMatchObject({ step: 1, rate: 0.005, tokens: 20 });
    const last = events.findLast((event) => event.kind === "step");
    expect(last).toMatchObject({ step: 9, steps: 9, leftMs: 0 });
  });

  test("ends early where the watched loss no longer falls", async () => {
    const still = { ...plan, schedule: { rate: 0, warmup: 0, decay: "constant" }, steps: 50, patience: 2 } as const;
    const progress = await train(still, work(memoryDisk()));
    expect(progress).toMatchObject({ step: 9, best: { step: 3 }, stale: 2, ended: "patience" });
  });

  test("evaluates by seconds, and at its end", async () => {
    const disk = memoryDisk();
    const { evaluateSteps, ...rest } = plan;
    expect(evaluateSteps).toBe(3);
    await train({ ...rest, evaluateSeconds: 1 }, work(disk));
    const at = (await lines(disk)).filter(({ validation }) => validation !== undefined).map(({ step }) => step);
    expect(at.at(-1)).toBe(9);
    expect(at.length).toBeGreaterThan(1);
  });

  test("gives up after five gradients that are no numbers", async () => {
    const weights = initialWeights(model, 3);
    const tensor = async (name: string) => (await weights.tensor(name))?.fill(Number.NaN);
    const { evaluateSteps: _, ...rest } = plan;
    const [disk, events] = [memoryDisk(), [] as TrainEvent[]];
    const run = train(rest, work(disk, { weights: { ...weights, tensor }, on: (event) => events.push(event) }));
    await expect(run).rejects.toThrow("no finite gradient in 5 steps in a row, the last of them step 5");
    expect(events.filter(({ kind }) => kind === "skipped")).toHaveLength(5);
    expect((await lines(disk)).map((line) => Object.keys(line).join())).toEqual(Array(5).fill("step,rate,tokens"));
  });

  test("refuses validation documents without a single answer", async () => {
    const empty: Documents = { size: 2, example: () => ({ tokens: [1, 2, 3], kinds: [0, 1, 1] }) };
    await expect(train(plan, work(memoryDisk(), { validation: empty }))).rejects.toThrow("all answers are empty");
  });
});

test("a tiny model learns four documents by heart: a loss below 0.05", async () => {
  const four: Documents = { size: 4, example: (document) => documents(4).example(document, 0) };
  const overfit = { ...plan, steps: 150, batch: 4, accumulate: 1, dropout: 0, means: [[2]], kinds: [2] };
  const { evaluateSteps: _, ...rest } = overfit;
  const disk = memoryDisk();
  const open: TrainWork["open"] = (options, from) => openOrt(options, { device: "cpu", threads: 1 }, from);
  const progress = await train(rest, work(disk, { training: four, validation: four, open }));
  expect(progress.best?.loss).toBeLessThan(0.05);
  expect((await lines(disk)).findLast(({ loss }) => loss !== undefined)?.loss).toBeLessThan(0.05);
});

test("on onnxruntime too a resumed run has the losses of the unbroken one, to the last bit", async () => {
  const open: TrainWork["open"] = (options, from) => openOrt(options, { device: "cpu", threads: 1 }, from);
  const [whole, broken] = [memoryDisk(), memoryDisk()];
  await train(plan, work(whole, { open }));
  await expect(train(plan, work(broken, { open, training: documents(11, { at: 17 }) }))).rejects.toThrow("killed");
  await train(plan, work(broken, { open }));
  expect(await lines(broken)).toEqual(await lines(whole));
  const file = "run/last.safetensors";
  expect((await bytesOf(broken, file)).equals(await bytesOf(whole, file))).toBe(true);
});
