import { z } from "zod";

export { corpusSource } from "./collocate-corpus.ts";
export { BM25, bm25, FUSION } from "./collocate-rank.ts";
export { relevanceText, simulateRelevance } from "./collocate-relevance.ts";
export { collocateRun } from "./collocate-run.ts";

/** Flags of scripts/whyfix/collocate.ts. */
export const collocateFlags = {
  corpus: z
    .string()
    .describe("corrections to learn from: rows:<file> (11 fields a line) or <kind>:<file> as SAMPLE_TYPE"),
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, "small letters, digits, hyphens")
    .optional()
    .describe("the data set's name in the file that is made; default longman, fce, or the kind"),
  outputDir: z.string().optional().describe("copies the file there too, such as data/prepared/whyfix"),
};

/** `<dataset>_with_collocation_{small,large}.json`. @param code of the data set, as custom_ids have it */
export function collocationFile(code: string, embedding: "small" | "large", name?: string): string {
  return `${name ?? (code === "lg" ? "longman" : code)}_with_collocation_${embedding}.json`;
}
