import { z } from "zod";
import { PROCESSES } from "./names.ts";

/** Flags of the scripts that work on a run. */
export const runFlags = {
  run: z.string().optional().describe("the run's name; default: one made from config.yaml"),
  config: z.string().default("scripts/labeling/config.yaml").describe("the study's settings"),
};

export const processFlag = {
  process: z.enum(PROCESSES).describe("which of the three processes, in their order"),
};

/** Flags that only the first process reads: later ones go on with what it recorded. */
export const inputFlags = {
  input: z.string().optional().describe("the folder of papers, in place of INPUT_DIR"),
};
