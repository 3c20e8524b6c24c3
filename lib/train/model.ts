import { StudyError } from "corrigenda/error";

/** The shape of a GPT-2: pre-norm blocks, GELU with tanh, biases, the head tied to the token table. */
export interface ModelShape {
  /** Tokens in the table, the special ones included. */
  readonly vocab: number;
  /** Longest sequence. */
  readonly context: number;
  readonly width: number;
  readonly layers: number;
  /** Divides the width. */
  readonly heads: number;
}

/** The published sizes. @see Radford et al. 2019, table 2; huggingface.co/openai-community/gpt2 (config.json) */
export const GPT2_SHAPES = {
  gpt2: { vocab: 50257, context: 1024, width: 768, layers: 12, heads: 12 },
  "gpt2-medium": { vocab: 50257, context: 1024, width: 1024, layers: 24, heads: 16 },
  "gpt2-large": { vocab: 50257, context: 1024, width: 1280, layers: 36, heads: 20 },
  "gpt2-xl": { vocab: 50257, context: 1024, width: 1600, layers: 48, heads: 25 },
} as const satisfies Record<string, ModelShape>;

/** Epsilon of every layer norm. */
export const NORM_EPSILON = 1e-5;

/** A parameter of the model, by the name it has in the published files. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** False for names with "bias" or "ln", which weight decay leaves alone. */
  readonly decays: boolean;
}

/** The model's parameters, in the order of the published files. Throws StudyError "config" where the shape is no model. */
export function parametersOf(model: ModelShape): readonly Parameter[] {
  const { vocab, context, width, layers, heads } = model;
  for (const [name, size] of Object.entries(model))
    if (!Number.isInteger(size) || size < 1) throw new StudyError("config", `${name} is ${size}; give a whole number`);
  if (width % heads !== 0)
    throw new StudyError("config", `${heads} heads do not divide a width of ${width}; change one of them`);
  const list: (readonly [string, ...number[]])[] = [
    ["wte.weight", vocab, width],
    ["wpe.weight", context, width],
  ];
  for (let layer = 0; layer < layers; layer++) {
    const h = `h.${layer}.`;
    list.push([`${h}ln_1.weight`, width], [`${h}ln_1.bias`, width]);
    list.push([`${h}attn.c_attn.weight`, width, 3 * width], [`${h}attn.c_attn.bias`, 3 * width]);
    list.push([`${h}attn.c_proj.weight`, width, width], [`${h}attn.c_proj.bias`, width]);
    list.push([`${h}ln_2.weight`, width], [`${h}ln_2.bias`, width]);
    list.push([`${h}mlp.c_fc.weight`, width, 4 * width], [`${h}mlp.c_fc.bias`, 4 * width]);
    list.push([`${h}mlp.c_proj.weight`, 4 * width, width], [`${h}mlp.c_proj.bias`, width]);
  }
  list.push(["ln_f.weight", width], ["ln_f.bias", width]);
  return list.map(([name, ...shape]) => ({ name, shape, decays: !/bias|ln/.test(name) }));
}

/** How many numbers the model has (124,439,808 for gpt2). */
export function parameterCount(model: ModelShape): number {
  return parametersOf(model).reduce((sum, { shape }) => sum + shape.reduce((n, size) => n * size, 1), 0);
}
