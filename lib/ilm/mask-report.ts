import { StudyError } from "corrigenda/error";
import { z } from "zod";
import { SPLITS } from "./corpus-split.ts";
import type { MaskedBlock, MaskPlan } from "./mask-corpus.ts";
import { count } from "./mask-document.ts";

/** A file's name without its ending. */
export const Tag = z.string().regex(/^[\w-]+$/);
const whole = z.number().int().min(0);

/** The source's flags and defaults, but for the data sets that it fetches itself; and two of ours. */
export const maskFlags = {
  seed: whole.optional().describe("all that is drawn; without it one is drawn and printed"),
  dataName: z.enum(["custom"]).default("custom").describe("kind of data: documents in files of your own"),
  dataDir: z.string().describe("folder of train.txt, valid.txt, test.txt"),
  dataSplit: z.enum(SPLITS).optional().describe("whose text is masked (default: the tag, where it is a split)"),
  maskCls: z.string().default("ilm.mask.hierarchical.MaskHierarchical").describe("how spans are drawn"),
  maskArg0: z.number().min(0).max(1).optional().describe("the class's probability (hierarchical: 0.03)"),
  maxNumDocuments: whole.optional().describe("documents at most"),
  numExamplesPerDocument: z.number().int().min(1).max(65_535).default(16).describe("examples of a document at most"),
  maxNumRetriesPerExample: z.number().int().min(1).default(16).describe("tries for an example; then it is dropped"),
  minMaskedSpansPerExample: whole.optional().describe("spans at least"),
  maxMaskedSpansPerExample: whole.optional().describe("spans at most; more are sampled down"),
  allowDuplicateExamples: z.boolean().default(false).describe("the same mask may come twice in a document"),
  rng: z
    .enum(["keyed", "python"])
    .default("keyed")
    .describe("python: the source's own draws, in one thread, in memory"),
  threads: z.number().int().min(1).max(64).optional().describe("threads; the examples are the same with any number"),
};
const Flags = z.object(maskFlags);
export type MaskFlags = z.infer<typeof Flags>;

/** The split that is masked: never another one than the tag says, which is what the source's own commands do. */
export function maskedSplit(tag: string, { dataSplit }: Pick<MaskFlags, "dataSplit">): (typeof SPLITS)[number] {
  const own = SPLITS.find((split) => split === tag);
  const split = dataSplit ?? own;
  if (split === undefined)
    throw new StudyError(
      "config",
      `the tag '${tag}' names no split; say whose text is masked with --data-split train, valid or test`,
    );
  if (own !== undefined && own !== split)
    throw new StudyError(
      "config",
      `${tag} would be made of the ${split} text; give another tag, or leave --data-split out`,
    );
  return split;
}

export function maskPlan(flags: MaskFlags, seed: number): MaskPlan {
  return {
    ...{ maskClass: flags.maskCls, p: flags.maskArg0, seed, documents: flags.maxNumDocuments },
    limits: {
      ...{ examples: flags.numExamplesPerDocument, tries: flags.maxNumRetriesPerExample },
      ...{ minSpans: flags.minMaskedSpansPerExample, maxSpans: flags.maxMaskedSpansPerExample },
      unique: !flags.allowDuplicateExamples,
    },
  };
}

/** Bytes of an example's spans, on average, where texts are learners'. */
const EXAMPLE_BYTES = 8;

/** What will be made. @param bytes of the corpus file */
export function planLine(documents: number, { maskClass, limits }: MaskPlan, bytes: number): string {
  const examples = documents * limits.examples;
  const size = (bytes + examples * EXAMPLE_BYTES) / 2 ** 20;
  return (
    `${documents.toLocaleString("en-US")} documents × ${limits.examples} = ${examples.toLocaleString("en-US")} examples ` +
    `by ${maskClass}, about ${size.toFixed(size < 10 ? 1 : 0)} MB`
  );
}

/** What masking came to. */
export interface MaskTotals {
  readonly documents: number;
  readonly examples: number;
  readonly spans: number;
  readonly characters: number;
  readonly masked: number;
  readonly retries: ReadonlyMap<string, number>;
  readonly dropped: ReadonlyMap<string, number>;
}

export const NO_TOTALS: MaskTotals = {
  ...{ documents: 0, examples: 0, spans: 0, characters: 0, masked: 0 },
  ...{ retries: new Map(), dropped: new Map() },
};

export function addBlock(totals: MaskTotals, block: MaskedBlock): MaskTotals {
  return {
    documents: totals.documents + block.index.length,
    examples: block.index.reduce((sum, { examples }) => sum + examples, totals.examples),
    spans: totals.spans + block.spans,
    characters: totals.characters + block.characters,
    masked: totals.masked + block.masked,
    retries: added(totals.retries, block.retries),
    dropped: added(totals.dropped, block.dropped),
  };
}

function added(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const sum = new Map(a);
  for (const [key, more] of b) count(sum, key, more);
  return sum;
}

/** As the source prints them, and the examples that it drops in silence. */
export function maskLines(totals: MaskTotals, wanted: number): string[] {
  const { documents, examples, spans, characters, masked, retries, dropped } = totals;
  const per = (of: number, by: number): number => (by === 0 ? 0 : of / by);
  const rows = (of: ReadonlyMap<string, number>, what: string): string[] =>
    Array.from(of, ([reason, number]) => `  ${number.toLocaleString("en-US")} ${what}: ${reason}`);
  return [
    `${documents.toLocaleString("en-US")} documents, ${examples.toLocaleString("en-US")} examples: ` +
      `${per(examples, documents).toFixed(2)} a document (expected ${wanted}), ${per(spans, examples).toFixed(2)} spans each`,
    ...rows(retries, "retries"),
    ...rows(dropped, "examples dropped"),
    `mask rate (characters): ${per(masked, characters).toFixed(4)}`,
  ];
}

/** What a process took, for the debug log. @param usage of process.resourceUsage() */
export function usageLine({ maxRSS, userCPUTime }: { readonly maxRSS: number; readonly userCPUTime: number }): string {
  return `peak of memory ${(maxRSS / 1_024).toFixed(0)} MB, ${(userCPUTime / 1e6).toFixed(1)} s of CPU`;
}
