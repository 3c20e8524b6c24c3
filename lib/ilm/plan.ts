import { z } from "zod";
import { FOLDS, SMALL_LEVEL, type Split, splitSizes } from "./corpus-split.ts";

/** CEFR levels that have a model of their own, lowest first. */
export const LEVELS = ["A1", "A2", "B1", "B2", "C1"] as const;
export type Level = (typeof LEVELS)[number];
/** The general model, its corpus and its test set: all levels together. */
export const GENERAL = "all";
export const CORPORA = [...LEVELS, GENERAL] as const;
export type Corpus = (typeof CORPORA)[number];

const count = z.number().int().positive();
const range = z.tuple([z.number().positive(), z.number().positive()]).refine(([low, high]) => low <= high, {
  error: "expected the lower end first",
});
const Name = z.string().regex(/^[A-Za-z0-9][\w.-]{0,60}$/, "expected letters, digits, '.', '_', '-'");
/** As MERLIN writes them. */
const Language = z.string().regex(/^[A-Z]{2}$/, "expected a language as two capitals: DE");
const RATIOS = [0.8, 0.1, 0.1] as const;
const EXAMPLES = 16;
const MASKED = 0.03;

/** Where texts come from. */
const Data = z.strictObject({ csv: z.string().min(1), lang: Language });

const ModelPlan = z.strictObject({
  level: z.enum(CORPORA),
  name: Name,
  /** Texts of this corpus, over all splits, where they are known before. */
  samples: count.optional(),
  steps: count,
  /** Device hours and test perplexity that are expected, from and to. */
  hours: range.optional(),
  perplexity: range.optional(),
  purpose: z.string().default(""),
  /** Other texts than the plan's; never in another language. */
  data: Data.optional(),
});
export type ModelPlan = z.infer<typeof ModelPlan>;

/** General to fine-tuned, beside the same training from the base model: at each number of training documents. */
const TransferPlan = z.strictObject({
  steps: count,
  documents: z.array(z.union([count, z.literal("all")])).min(1),
});

/** plan.yaml: what is trained on what, how long, in which order. */
export const Plan = z
  .strictObject({
    name: Name,
    data: Data,
    /** "nested" and "fold" keep every test text out of all training; "source" does not. */
    split: z.enum(["nested", "fold", "source"]).default("nested"),
    /** With split "fold": which fifths are tested. */
    folds: z.array(z.number().int().min(0).max(4)).min(1).optional(),
    seed: z.number().int().min(0).max(0xffffffff).default(0),
    examplesPerDocument: z.number().int().min(1).max(65_535).default(EXAMPLES),
    maskProbability: z.number().gt(0).max(1).default(MASKED),
    /** "gpt2", "gpt2-medium" …, or a smaller shape of the trainer's. */
    base: Name.default("gpt2"),
    fromScratch: z.boolean().default(false),
    batch: count.default(8),
    accumulate: count.default(3),
    rate: z.number().positive().default(5e-5),
    length: count.max(1024).default(256),
    evaluateSteps: count.default(500),
    transfer: TransferPlan.optional(),
    /** In the order in which they are trained. */
    models: z.array(ModelPlan).min(1),
  })
  .superRefine((plan, context) => {
    const problem = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: "custom", path, message });
    for (const [at, model] of plan.models.entries()) {
      const before = plan.models.slice(0, at);
      if (before.some(({ level }) => level === model.level))
        problem(["models", at, "level"], `${model.level} has a model already`);
      if (before.some(({ name }) => name === model.name))
        problem(["models", at, "name"], `${model.name} comes twice; every model has a folder of its own`);
      const lang = model.data?.lang ?? plan.data.lang;
      if (lang !== plan.data.lang)
        problem(
          ["models", at, "data", "lang"],
          `${model.level} is in ${lang}, the plan in ${plan.data.lang}; levels in several languages would measure language, not level`,
        );
    }
    const missing = CORPORA.filter((corpus) => !plan.models.some(({ level }) => level === corpus));
    if (missing.length > 0) problem(["models"], `no model for ${missing.join(", ")}; a comparison needs all six`);
    if (plan.folds !== undefined && plan.split !== "fold") problem(["folds"], 'folds need "split: fold"');
    if (new Set(plan.folds).size !== (plan.folds?.length ?? 0)) problem(["folds"], "a fold comes twice");
  });
export type Plan = z.infer<typeof Plan>;

/** The folds of a plan; one that is undefined where it has none. */
export function foldsOf({ split, folds }: Pick<Plan, "split" | "folds">): readonly (number | undefined)[] {
  return split === "fold" ? (folds ?? [0, 1, 2, 3, 4]) : [undefined];
}

/** A line of the plan's table: what the source lists for each of its six models. */
export interface PlanRow extends Pick<ModelPlan, "name" | "level" | "steps" | "hours" | "perplexity" | "purpose"> {
  readonly samples: number | undefined;
  /** Documents of each split; undefined before the texts were counted. */
  readonly documents: Readonly<Record<Split, number>> | undefined;
  /** Masked examples of the training documents. */
  readonly examples: number | undefined;
}

/** The plan's table, of one fold. With a nested split the general model's documents are those of the levels, added up. */
export function planRows({ models, split, examplesPerDocument }: Plan): PlanRow[] {
  const own = models.map(({ samples }) => (samples === undefined ? undefined : sizes(samples, split)));
  const levels = own.filter((_, at) => models[at]?.level !== GENERAL);
  return models.map(({ name, level, steps, hours, perplexity, purpose, samples }, at) => {
    const documents = level === GENERAL && split !== "source" ? total(levels) : own[at];
    const examples = documents === undefined ? undefined : documents.train * examplesPerDocument;
    return { name, level, samples, documents, examples, steps, hours, perplexity, purpose };
  });
}

function sizes(samples: number, split: Plan["split"]): Record<Split, number> {
  if (split === "fold" && samples < SMALL_LEVEL) {
    const [test, valid] = [Math.ceil(samples / FOLDS), Math.ceil((samples - 1) / FOLDS)];
    return { train: samples - valid - test, valid, test };
  }
  const [train, valid, test] = splitSizes(samples, RATIOS);
  return { train, valid, test };
}

function total(parts: readonly (Record<Split, number> | undefined)[]): Record<Split, number> | undefined {
  let sum = { train: 0, valid: 0, test: 0 };
  for (const part of parts) {
    if (part === undefined) return undefined;
    sum = { train: sum.train + part.train, valid: sum.valid + part.valid, test: sum.test + part.test };
  }
  return sum;
}
