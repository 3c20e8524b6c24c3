import { ANSWERERS } from "corrigenda/text";
import { z } from "zod";

/** What the Batch API takes at most. */
export const MOST_REQUESTS = 50_000;

const named = z.string().refine((value) => value.trim() !== "", "is empty; give a text");
const share = z.number().min(0, "is below 0; give a share, 0 to 1").max(1, "is above 1; give a share, 0 to 1");

const Split = z
  .strictObject({ train: share, valid: share, test: share })
  .refine(
    ({ train, valid, test }) => Math.abs(train + valid + test - 1) < 1e-9,
    "train, valid and test do not sum to 1",
  );

/** config.yaml. */
export const LabelingConfig = z.strictObject({
  MAX_REQUESTS_PER_BATCH: z
    .number()
    .int("is no whole number")
    .min(1, "is below 1; allowed: 1 to 50000")
    .max(MOST_REQUESTS, "is above 50000, the most that a batch may hold; allowed: 1 to 50000")
    .default(MOST_REQUESTS),
  MODEL: named.default("gpt-4o-mini"),
  TEMPERATURE: z
    .number()
    .min(0, "is below 0; allowed: 0 to 2")
    .max(2, "is above 2; allowed: 0 to 2")
    .nullable()
    .default(0),
  EFFORT: z.enum(["low", "medium", "high"]).optional(),
  MAX_OUTPUT_TOKENS: z.number().int().min(256, "is below 256").default(16_383),
  INPUT_DIR: named.default("input"),
  OUTPUT_DIR: named.optional(),
  PDF_READER: z.enum(["pdfium", "pdftotext"]).default("pdfium"),
  PREFILTER: z.enum(["lexical", "none"]).default("lexical"),
  REASONING_INPUT: z.enum(["all", "valid"]).default("all"),
  REASONING_REPLY: z.enum(["schema", "text"]).default("schema"),
  SEED: z.number().int("is no whole number").default(123),
  SPLIT: Split.default({ train: 0.8, valid: 0.1, test: 0.1 }),
  provider: z
    .strictObject({
      name: z.enum(ANSWERERS),
      baseUrl: named.optional(),
      deployment: named.optional(),
    })
    .default({ name: "offline" }),
});
export type LabelingConfig = z.infer<typeof LabelingConfig>;
