import { z } from "zod";

/** Flags of generate-finetune-data.ts. */
export const finetuneFlags = {
  split: z
    .enum(["document", "page"])
    .default("document")
    .describe("what stays on one side; page lets test scores be too good"),
  manual: z.string().optional().describe("labels by hand: conversations, or gold.jsonl of annotate.ts import"),
  dataId: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/, "must be letters, digits, - and _")
    .default("finetune-simpleschema")
    .describe("names the files and the stage"),
  maxTokens: z
    .number()
    .int()
    .positive()
    .default(2048)
    .describe("pages of so many tokens or more, answer included, are left out"),
};

/** The flags as they go into a recorded command. */
export function finetuneWords(flags: {
  readonly split: string;
  readonly manual?: string | undefined;
  readonly dataId: string;
  readonly maxTokens: number;
}): string[] {
  const words = ["--split", flags.split, "--data-id", flags.dataId, "--max-tokens", String(flags.maxTokens)];
  return flags.manual === undefined ? words : [...words, "--manual", flags.manual];
}
