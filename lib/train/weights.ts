import { StudyError } from "corrigenda/error";
import { type Disk, readText } from "corrigenda/files";
import { keyedRng, type Rng } from "corrigenda/rng";
import { z } from "zod";
import type { Executor, StateSource } from "./executor.ts";
import { type ModelShape, NORM_EPSILON, type Parameter, parametersOf } from "./model.ts";
import { openSafetensors, type TensorFile, writeSafetensors } from "./safetensors.ts";

/** Weights that are there: their size, and the tensors on request. */
export interface Weights {
  readonly model: ModelShape;
  readonly tensor: StateSource;
  close(): Promise<void>;
}

const INITIAL_DEVIATION = 0.02;
const HeadCount = z.object({ n_head: z.number().int().positive() });
const Index = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * Opens published GPT-2 weights: a safetensors file, or a folder with one, or with an index of several. Heads come from
 * config.json beside them; without it a head is 64 wide, as in all published sizes. Throws StudyError "files" or "config".
 */
export async function openWeights(disk: Disk, path: string): Promise<Weights> {
  const folder = path.endsWith(".safetensors") ? path.replace(/[^/]*$/, "") || "." : path;
  const files = await filesOf(disk, path);
  const opened: TensorFile[] = [];
  const close = async (): Promise<void> => {
    for (const file of opened) await file.close();
  };
  try {
    for (const file of files) opened.push(await openSafetensors(disk, file));
    const places = new Map(
      opened.flatMap((file) =>
        [...file.shapes.keys()].map((name) => [name.replace(/^transformer\./, ""), { file, name }]),
      ),
    );
    const shapeOf = (name: string): readonly number[] => {
      const place = places.get(name);
      const shape = place?.file.shapes.get(place.name);
      if (shape) return shape;
      throw new StudyError("files", `${disk.resolve(path)} has no ${name}: is it a GPT-2? Give another file`);
    };
    const model = modelOf(shapeOf, places, await headsOf(disk, folder));
    for (const { name, shape } of parametersOf(model))
      if (shapeOf(name).join() !== shape.join())
        throw new StudyError("files", `${name} is [${shapeOf(name)}] instead of [${shape}] in ${disk.resolve(path)}`);
    return { model, close, tensor: (name) => places.get(name)?.file.read(places.get(name)?.name ?? name) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The same weights for a larger table of tokens: the new rows are drawn as GPT-2 draws its own. */
export function growVocab({ model, tensor, close }: Weights, vocab: number, seed: number): Weights {
  if (vocab < model.vocab)
    throw new StudyError(
      "config",
      `the weights have ${model.vocab} tokens, ${vocab} are asked for; give at least as many`,
    );
  const grown = async (name: string): Promise<Float32Array | undefined> => {
    const known = await tensor(name);
    if (name !== "wte.weight" || !known) return known;
    const table = new Float32Array(vocab * model.width);
    fillNormal(table, INITIAL_DEVIATION, keyedRng(seed, "new tokens"));
    table.set(known);
    return table;
  };
  return { model: { ...model, vocab }, tensor: grown, close };
}

/** From scratch, as GPT-2: N(0, 0.02), projections into the residual stream by 1 / sqrt(2 layers), biases 0, gains 1. */
export function initialWeights(model: ModelShape, seed: number): Weights {
  const shapes = new Map(parametersOf(model).map((one) => [one.name, one]));
  const draw = ({ name, shape }: Parameter): Float32Array => {
    const tensor = new Float32Array(shape.reduce((n, size) => n * size, 1));
    if (name.endsWith("bias")) return tensor;
    if (/ln_/.test(name)) return tensor.fill(1);
    const residual = name.endsWith("c_proj.weight") ? 1 / Math.sqrt(2 * model.layers) : 1;
    fillNormal(tensor, INITIAL_DEVIATION * residual, keyedRng(seed, "initial", name));
    return tensor;
  };
  return {
    model,
    tensor: (name) => {
      const parameter = shapes.get(name);
      return parameter && draw(parameter);
    },
    close: async () => undefined,
  };
}

/**
 * Writes model.safetensors and config.json as the published GPT-2 has them: names, orientation (input, output) of the
 * projections, 32 bits. The published file's h.*.attn.bias, masks of ones and zeros, are no weights and are left out.
 */
export async function exportModel(
  disk: Disk,
  folder: string,
  {
    model,
    dropout,
    metadata = {},
  }: { model: ModelShape; dropout: number; metadata?: Readonly<Record<string, string>> },
  from: Pick<Executor, "read">,
): Promise<void> {
  const entries = parametersOf(model).map(({ name, shape }) => ({ name, shape, read: () => from.read(name) }));
  await disk.write(`${folder}/config.json`, `${JSON.stringify(configOf(model, dropout), undefined, 2)}\n`);
  await writeSafetensors(disk, `${folder}/model.safetensors`, entries, { format: "pt", ...metadata });
}

function configOf(model: ModelShape, dropout: number) {
  return {
    activation_function: "gelu_new",
    architectures: ["GPT2LMHeadModel"],
    ...{ attn_pdrop: dropout, embd_pdrop: dropout, resid_pdrop: dropout },
    ...{ bos_token_id: 50256, eos_token_id: 50256 },
    ...{ initializer_range: INITIAL_DEVIATION, layer_norm_epsilon: NORM_EPSILON, model_type: "gpt2" },
    ...{ n_ctx: model.context, n_positions: model.context, n_embd: model.width },
    ...{ n_head: model.heads, n_layer: model.layers },
    ...{ tie_word_embeddings: true, vocab_size: model.vocab },
  };
}

async function filesOf(disk: Disk, path: string): Promise<readonly string[]> {
  if (path.endsWith(".safetensors")) return [path];
  const index = `${path}/model.safetensors.index.json`;
  if ((await disk.size(index)) === undefined) return [`${path}/model.safetensors`];
  const { weight_map: map } = await jsonOf(disk, index, Index);
  const names = [...new Set(Object.values(map))];
  const foreign = names.find((name) => !/^[\w.-]+\.safetensors$/.test(name));
  if (foreign !== undefined)
    throw new StudyError(
      "files",
      `${disk.resolve(index)} names ${JSON.stringify(foreign)}, which is no file beside it`,
    );
  return names.map((name) => `${path}/${name}`);
}

async function headsOf(disk: Disk, folder: string): Promise<number | undefined> {
  const config = `${folder}/config.json`;
  return (await disk.size(config)) === undefined ? undefined : (await jsonOf(disk, config, HeadCount)).n_head;
}

async function jsonOf<T>(disk: Disk, path: string, schema: z.ZodType<T>): Promise<T> {
  try {
    return schema.parse(JSON.parse(await readText(disk, path)));
  } catch (cause) {
    throw new StudyError("files", `${disk.resolve(path)} does not read as GPT-2's: fetch it again`, { cause });
  }
}

function modelOf(
  shapeOf: (name: string) => readonly number[],
  names: ReadonlyMap<string, unknown>,
  heads?: number,
): ModelShape {
  const [vocab = 0, width = 0] = shapeOf("wte.weight");
  const [context = 0] = shapeOf("wpe.weight");
  let layers = 0;
  while (names.has(`h.${layers}.ln_1.weight`)) layers++;
  return { vocab, context, width, layers, heads: heads ?? Math.max(1, Math.floor(width / 64)) };
}

/** Box and Muller's transform. */
function fillNormal(tensor: Float32Array, deviation: number, rng: Rng): void {
  for (let at = 0; at < tensor.length; at += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - rng.next()));
    const angle = 2 * Math.PI * rng.next();
    tensor[at] = radius * Math.cos(angle);
    if (at + 1 < tensor.length) tensor[at + 1] = radius * Math.sin(angle);
  }
}
