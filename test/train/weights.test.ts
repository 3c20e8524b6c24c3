import { memoryDisk, readText } from "corrigenda/files";
import {
  exportModel,
  growVocab,
  initialWeights,
  openSafetensors,
  openWeights,
  parametersOf,
  type StateSource,
  writeSafetensors,
} from "corrigenda/train";
import { describe, expect, test } from "vitest";

const model = { vocab: 7, context: 5, width: 8, layers: 2, heads: 4 };
const reading = (tensor: StateSource) => ({ read: async (name: string) => (await tensor(name)) as Float32Array });
const entry = (name: string, shape: readonly number[], values: readonly number[]) => ({
  ...{ name, shape },
  read: async () => Float32Array.from(values),
});

/** A file as another program would write it: header by hand, bytes as given. */
function fileOf(
  tensors: Readonly<Record<string, { dtype: string; shape: readonly number[]; bytes: Uint8Array }>>,
): Uint8Array {
  let at = 0;
  const header: Record<string, unknown> = {};
  for (const [name, { dtype, shape, bytes }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...Object.values(tensors).map(({ bytes }) => bytes)]);
}

describe("safetensors", () => {
  test("are written as the format says: length, JSON header of a multiple of 8, little-endian numbers", async () => {
    const disk = memoryDisk();
    await writeSafetensors(disk, "a", [entry("x", [2, 1], [1, -2]), entry("y", [1], [0.5])], { format: "pt" });
    const parts: Uint8Array[] = [];
    for await (const part of disk.read("a")) parts.push(part);
    const bytes = Buffer.concat(parts);
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    expect(JSON.parse(bytes.toString("utf8", 8, 8 + length))).toEqual({
      __metadata__: { format: "pt" },
      x: { dtype: "F32", shape: [2, 1], data_offsets: [0, 8] },
      y: { dtype: "F32", shape: [1], data_offsets: [8, 12] },
    });
    expect([0, 4, 8].map((at) => bytes.readFloatLE(8 + length + at))).toEqual([1, -2, 0.5]);
  });

  test("of 16 bits are read: both kinds, with infinities and the smallest numbers (IEEE 754-2008, table 3.5)", async () => {
    const disk = memoryDisk();
    const f16 = new Uint16Array([0x3c00, 0xc000, 0x3555, 0x7bff, 0x0001, 0x0400, 0x7c00, 0x8000]);
    const bf16 = new Uint16Array([0x3f80, 0xc040, 0x7f80]);
    const bytes = (of: Uint16Array) => new Uint8Array(of.buffer);
    await disk.write(
      "a",
      fileOf({
        h: { dtype: "F16", shape: [8], bytes: bytes(f16) },
        b: { dtype: "BF16", shape: [3], bytes: bytes(bf16) },
      }),
    );
    const file = await openSafetensors(disk, "a");
    const third = 1365 / 4096; // 0x3555
    expect([...(await file.read("h"))]).toEqual([
      1,
      -2,
      Math.fround(third),
      65504,
      2 ** -24,
      2 ** -14,
      Number.POSITIVE_INFINITY,
      -0,
    ]);
    expect([...(await file.read("b"))]).toEqual([1, -3, Number.POSITIVE_INFINITY]);
    await file.close();
  });

  test.each<[string, Uint8Array, string]>([
    ["no such file", Buffer.from("<html>not found</html> and so on"), "not a safetensors file"],
    [
      "a header that is no JSON",
      Buffer.concat([Buffer.from([4, 0, 0, 0, 0, 0, 0, 0]), Buffer.from("{{{{")]),
      "its header does not parse",
    ],
    [
      "a download that was cut off",
      fileOf({ x: { dtype: "F32", shape: [2], bytes: new Uint8Array(8) } }).slice(0, -1),
      "cut off within x",
    ],
    [
      "a shape that is not that of the bytes",
      fileOf({ x: { dtype: "F32", shape: [3], bytes: new Uint8Array(8) } }),
      "x has 8 bytes instead of 12",
    ],
  ])("%s is refused", async (_, bytes, message) => {
    const disk = memoryDisk();
    await disk.write("a", bytes);
    await expect(openSafetensors(disk, "a")).rejects.toThrow(message);
  });
});

describe("GPT-2 weights", () => {
  const initial = initialWeights(model, 1);
  const tensors = (prefix = "") =>
    parametersOf(model).map(({ name, shape }) => ({
      ...{ name: prefix + name, shape },
      read: async () => (await initial.tensor(name)) as Float32Array,
    }));

  test("come back from an export as they were, with the published names and orientation", async () => {
    const disk = memoryDisk();
    await exportModel(disk, "out", { model, dropout: 0.1 }, reading(initial.tensor));
    const found = await openWeights(disk, "out");
    expect(found.model).toEqual(model);
    for (const { name } of parametersOf(model)) expect(await found.tensor(name)).toEqual(await initial.tensor(name));
    const file = await openSafetensors(disk, "out/model.safetensors");
    // huggingface.co/openai-community/gpt2: h.0.attn.c_attn.weight is [768, 2304], input first.
    expect([file.metadata.format, file.shapes.get("h.0.attn.c_attn.weight")]).toEqual(["pt", [8, 24]]);
    expect(file.shapes.size).toBe(2 + 2 * 12 + 2);
    expect(JSON.parse(await readText(disk, "out/config.json"))).toMatchObject({
      ...{ model_type: "gpt2", n_embd: 8, n_head: 4, n_layer: 2, n_positions: 5, vocab_size: 7 },
      ...{ activation_function: "gelu_new", architectures: ["GPT2LMHeadModel"] },
    });
  });

  test("are found in several files by their index, under transformers' prefix, beside tensors that are no weights", async () => {
    const disk = memoryDisk();
    const all = [...tensors("transformer."), entry("transformer.h.0.attn.bias", [1, 1, 5, 5], Array(25).fill(1))];
    await writeSafetensors(disk, "m/a.safetensors", all.slice(0, 9));
    await writeSafetensors(disk, "m/b.safetensors", all.slice(9));
    const map = Object.fromEntries(all.map(({ name }, at) => [name, at < 9 ? "a.safetensors" : "b.safetensors"]));
    await disk.write("m/model.safetensors.index.json", JSON.stringify({ weight_map: map }));
    const found = await openWeights(disk, "m");
    expect(found.model).toEqual({ ...model, heads: 1 }); // no config.json: heads of 64
    expect(await found.tensor("ln_f.weight")).toEqual(new Float32Array(8).fill(1));
    expect(await found.tensor("m.wte.weight")).toBeUndefined();
  });

  test("with an index that leads out of its folder are refused", async () => {
    const disk = memoryDisk();
    await disk.write(
      "m/model.safetensors.index.json",
      JSON.stringify({ weight_map: { x: "../../etc/x.safetensors" } }),
    );
    await expect(openWeights(disk, "m")).rejects.toThrow("which is no file beside it");
  });

  test("of another model are refused by the name that is missing", async () => {
    const disk = memoryDisk();
    await writeSafetensors(disk, "m.safetensors", [entry("bert.x", [1], [1])]);
    await expect(openWeights(disk, "m.safetensors")).rejects.toThrow("has no wte.weight: is it a GPT-2?");
  });

  test("get rows for special tokens, and keep the old ones", async () => {
    const grown = growVocab(initial, 9, 5);
    const [before, after] = [await initial.tensor("wte.weight"), await grown.tensor("wte.weight")];
    expect(grown.model.vocab).toBe(9);
    expect(after?.subarray(0, 56)).toEqual(before);
    expect(after?.subarray(56).every((x) => x !== 0 && Math.abs(x) < 0.1)).toBe(true);
    expect(() => growVocab(initial, 6, 5)).toThrow("the weights have 7 tokens, 6 are asked for");
  });

  test("from scratch are spread as GPT-2's: 0.02, and 0.02 / sqrt(2 layers) into the residual stream", async () => {
    const wide = initialWeights({ vocab: 200, context: 4, width: 100, layers: 8, heads: 2 }, 1);
    const deviation = async (name: string) => {
      const tensor = (await wide.tensor(name)) as Float32Array;
      return Math.sqrt(tensor.reduce((sum, x) => sum + x * x, 0) / tensor.length);
    };
    // Standard errors 0.5 % (20,000 draws) and 0.7 % (10,000): four of them.
    expect((await deviation("wte.weight")) / 0.02).toBeCloseTo(1, 1.7);
    expect(((await deviation("h.3.attn.c_proj.weight")) * 4) / 0.02).toBeCloseTo(1, 1.5);
    expect(await deviation("h.3.mlp.c_fc.bias")).toBe(0);
    expect(await deviation("ln_f.weight")).toBe(1);
  });
});
