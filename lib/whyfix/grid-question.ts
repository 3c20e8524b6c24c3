import type { Cell } from "./cell.ts";
import { fullGrid, type GridPick } from "./grid.ts";
import { METHODS } from "./methods.ts";
import { type WhyfixItem, type WhyfixPrompt, whyfixPrompt } from "./prompts.ts";
import { OUTPUT_TOKENS, type StepQuestion } from "./question.ts";
import type { Setup } from "./setup.ts";
import { blockedItems, cellItems, type MatchedById } from "./steps.ts";

/** How many items of each list stand in for what a row will match, in estimates made before anything is asked. */
const STAND_IN = 3;

/** Flags that pick levels, as typed: names with commas. */
const PICKS = {
  methods: "method",
  models: "model",
  inputs: "input",
  roles: "role",
  temps: "temp",
  efforts: "effort",
  lengths: "length",
} as const;
export type PickFlags = Readonly<Partial<Record<keyof typeof PICKS, string | undefined>>>;

/** The levels that flags pick; a factor without a flag takes all. */
export function gridPick(flags: PickFlags): GridPick {
  const named = Object.entries(PICKS).flatMap(([flag, factor]) => {
    const text = flags[flag as keyof typeof PICKS];
    return text === undefined ? [] : [[factor, text.split(",").map((name) => name.trim())]];
  });
  return Object.fromEntries(named) as GridPick;
}

/** The same flags as words of a command line. */
export function pickWords(flags: PickFlags): string[] {
  return Object.keys(PICKS).flatMap((flag) => {
    const text = flags[flag as keyof typeof PICKS];
    return text === undefined ? [] : [`--${flag}`, text];
  });
}

/** The grid's cells in two halves: those that need nothing, then those that build on the matched knowledge. */
export function gridHalves({ experiment, source }: Setup, pick: GridPick): readonly [Cell[], Cell[]] {
  const cells = [...fullGrid(experiment, { ...pick, dataset: [source.code], sample_size: [source.size] })];
  const builds = ({ method }: Cell): boolean => METHODS[method].needsKnowledge;
  return [cells.filter((cell) => !builds(cell)), cells.filter(builds)];
}

/** What a half of the grid asks. */
export function gridQuestion({ experiment, rows }: Setup, cells: readonly Cell[], matched: MatchedById): StepQuestion {
  return {
    cells,
    prompt: whyfixPrompt(experiment),
    rows: () => cellItems(cells, rows, matched),
    blocked: () => blockedItems(cells, rows, matched),
    output: OUTPUT_TOKENS,
  };
}

/** Every request of some cells, for prices alone: nothing is matched yet, so a few items stand in. */
export function pricedQuestion(
  { experiment, rows }: Setup,
  cells: readonly Cell[],
): { readonly prompt: WhyfixPrompt; readonly rows: () => Iterable<WhyfixItem>; readonly output: typeof OUTPUT_TOKENS } {
  const { causes, academic_writing } = experiment.lists;
  const knowledge = { causes: causes.slice(0, STAND_IN), academic_writing: academic_writing.slice(0, STAND_IN) };
  const items = function* (): Generator<WhyfixItem> {
    for (const cell of cells) {
      const informed = METHODS[cell.method].needsKnowledge ? { knowledge } : {};
      for (const row of rows) yield { cell, row, ...informed };
    }
  };
  return { prompt: whyfixPrompt(experiment), rows: items, output: OUTPUT_TOKENS };
}
