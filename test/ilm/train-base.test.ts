import { fetchModel } from "corrigenda/dataset";
import { collect, type Disk, memoryDisk } from "corrigenda/files";
import * as ilm from "corrigenda/ilm";
import { loadTokenizer } from "corrigenda/text";
import * as trainer from "corrigenda/train";
import { describe, expect, test } from "vitest";
import { SHA, serveHub } from "../dataset/hub-server.ts";

const TINY = { vocab: ilm.GPT2_TOKENS, context: 8, width: 4, layers: 1, heads: 1 };
const never = () => Promise.reject(new Error("the hub was asked"));
const asked = (modelName: string, trainFromScratch = false) => ({ modelName, trainFromScratch });
const tokens = ilm.infillTokens(["word", "ngram"]);
const tokenizer = await loadTokenizer("r50k_base");
const fitting = { tokens, tokenizer, seed: 0 };
const tiny = (vocab = TINY.vocab) => trainer.initialWeights({ ...TINY, vocab }, 3);

async function exported(disk: Disk, folder: string, vocab?: number): Promise<void> {
  const { model, tensor } = tiny(vocab);
  const read = async (name: string) => (await tensor(name)) ?? new Float32Array();
  await trainer.exportModel(disk, folder, { model, dropout: 0 }, { read });
}

describe("what a training starts from", () => {
  test("weights of the hub by name: fetched, opened like a folder, with rows for the infilling tokens", async () => {
    const [disk, made] = [memoryDisk(), memoryDisk()];
    await exported(made, "m");
    const files: Record<string, Uint8Array> = {};
    for (const name of await made.list("m")) files[name] = Buffer.concat(await collect(made.read(`m/${name}`)));
    const hub = await serveHub({ dataset: "openai-community/gpt2", kind: "models", files, plain: ["config.json"] });
    try {
      const fetch = (model: string, instead: string) =>
        fetchModel(disk, ilm.MODELS, model, { endpoint: hub.url, instead });
      for (const name of ["openai-community/gpt2", "gpt2"]) {
        const base = await ilm.openBase(disk, asked(name), { shapes: trainer.GPT2_SHAPES, fetch });
        expect(base).toMatchObject({ revision: SHA, vocabulary: ilm.GPT2_TOKENS });
        const weights = await ilm.startingWeights(trainer, disk, base, fitting);
        expect(weights.model).toEqual({ ...TINY, vocab: ilm.GPT2_TOKENS + 4 });
        const [table, wanted] = [await weights.tensor("wte.weight"), await tiny().tensor("wte.weight")];
        expect(table?.subarray(0, wanted?.length)).toEqual(wanted);
        await weights.close();
      }
      expect(hub.seen.filter((one) => one.includes("/cdn/"))).toHaveLength(2);
    } finally {
      await hub.close();
    }
  });

  test("a folder here comes before the hub; a path below a folder here is no name of the hub", async () => {
    const disk = memoryDisk();
    await exported(disk, "data/raw/models/gpt2");
    await exported(disk, "mine/weights");
    const sources = { shapes: trainer.GPT2_SHAPES, fetch: never };
    expect(await ilm.openBase(disk, asked("gpt2"), sources)).toMatchObject({ folder: "data/raw/models/gpt2" });
    expect(await ilm.openBase(disk, asked("mine/weights"), sources)).toMatchObject({ folder: "mine/weights" });
    expect(await ilm.openBase(disk, asked("gpt2-xl", true), sources)).toMatchObject({ shape: { layers: 48 } });
    await expect(ilm.openBase(disk, asked("mine/typo"), sources)).rejects.toThrow("mine/typo has no model.safetensors");
    await expect(ilm.openBase(disk, asked("nothing"), sources)).rejects.toThrow("give one of gpt2, ");
  });

  test("weights with tokens of their own are refused, by their number or by vocab.json: their words would be others", async () => {
    const disk = memoryDisk();
    const start = (folder: string) =>
      ilm.startingWeights(trainer, disk, { folder, vocabulary: ilm.GPT2_TOKENS }, fitting);
    await exported(disk, "m", 50_265);
    await expect(start("m")).rejects.toThrow("has 50265 tokens where GPT-2 has 50257");
    await exported(disk, "own");
    // As the published file has them: "Ġt" 256, "Ġa" 257, "he" 258, "in" 259, "re" 260.
    const ids = Array.from({ length: 1_256 }, (_, id) => [tokenizer.decode([id]).replaceAll(" ", "Ġ"), id] as const);
    expect(ids.slice(256, 261)).toEqual([
      ["Ġt", 256],
      ["Ġa", 257],
      ["he", 258],
      ["in", 259],
      ["re", 260],
    ]);
    await disk.write("own/vocab.json", JSON.stringify(Object.fromEntries(ids)));
    await (await start("own")).close();
    const german = ids.map(([text, id]) => [text === "he" ? "er" : text, id]);
    await disk.write("own/vocab.json", JSON.stringify(Object.fromEntries(german)));
    await expect(start("own")).rejects.toThrow('has another token 258 than GPT-2, whose is "he" (vocab.json)');
  });
});

describe("answers behind the end of a sequence", () => {
  // "a a a …" is a token a word: n words, the last one masked, make n - 1 + 1 of context, 1, and 2 of the answer.
  const text = (words: number) => Array(words).fill("a").join(" ");
  const LENGTHS = [10, 11, 12, 13, 20];
  const masked = LENGTHS.map((words) => ({ text: text(words), examples: [[0, 2 * words - 2, 1]] }));
  const file = {
    header: { examples: masked.length, documents: masked.length } as ilm.ExamplesHeader,
    document: async (number: number) => masked[number] as ilm.MaskedDocument,
    locate: (example: number) => ({ document: example, example: 0 }),
  };
  const setup = { task: "ilm", tokens, tokenizer } as const;

  test("are counted: those that lose an end, and those that lose everything", async () => {
    // 13, 14, 15, 16 and 23 tokens; answers begin two before the end.
    expect(await ilm.answersCut(file, { ...setup, length: 14 }, 0)).toEqual({ drawn: 5, cut: 3, lost: 2 });
    expect(await ilm.answersCut(file, { ...setup, length: 23 }, 0)).toEqual({ drawn: 5, cut: 0, lost: 0 });
  });

  test("are told of by split with their shares, and not where there are none", () => {
    expect(ilm.cutWarning("C1", { drawn: 1_000, cut: 123, lost: 40 }, 256)[0]).toMatch(
      /^warning: of 1,000 examples of C1 12\.3 % lose answers behind 256 tokens, 4\.0 % all of them; raise --train-sequence-length/,
    );
    expect(ilm.cutWarning("C1", { drawn: 1_000, cut: 0, lost: 0 }, 256)).toEqual([]);
  });
});
