import { StudyError } from "corrigenda/error";
import { type Cell, formatId } from "./cell.ts";
import type { Row } from "./data/index.ts";
import type { Experiment } from "./experiment.ts";
import { pickLevel } from "./levels.ts";
import { METHODS, type MethodCode } from "./methods.ts";
import type { Knowledge, WhyfixItem } from "./prompts.ts";

/** A group of requests that the original study submits as one batch, under one name. */
export interface Group {
  /** Such as first_three_methods_lg_fu_t_fifty. */
  readonly name: string;
  /** One per method. */
  readonly cells: readonly Cell[];
}

/** What a step runs on: a dataset by any of its names, and all of its rows or its sample of 30. */
export interface StepInput {
  readonly dataset: string;
  readonly sampleSize: "fu" | "sp";
}

const STEPS: Readonly<Record<1 | 3, readonly { readonly name: string; readonly methods: readonly MethodCode[] }[]>> = {
  1: [
    { name: "first_three_methods", methods: ["BL", "Dict", "Collo2"] },
    { name: "ragL2_causes", methods: ["Cause"] },
    { name: "ragL2_academic_writing", methods: ["Acad"] },
  ],
  3: [{ name: "part2", methods: ["L2", "Mix2"] }],
};

/** The groups of step 1 or 3: for each input of the dataset and each length of the run. */
export function stepGroups(experiment: Experiment, step: 1 | 3, { dataset, sampleSize }: StepInput): readonly Group[] {
  const { run, levels } = experiment;
  const { code } = pickLevel(levels, "dataset", dataset);
  const common = {
    dataset: code,
    sample_size: sampleSize,
    model: run.model.code,
    temp: run.model.kind === "gpt" ? run.temp.code : run.effort.code,
    role: run.role.code,
  };
  const inputs = run.inputs[code];
  if (inputs === undefined)
    throw new StudyError("config", `run.inputs has no entry for dataset "${dataset}"; add one, such as [t]`);
  return inputs.flatMap((input) =>
    run.lengths.flatMap((length) =>
      STEPS[step].map(({ name, methods }) => ({
        name: `${name}_${code}_${sampleSize}_${input}_${length.code}`,
        cells: methods.map((method) => ({ ...common, method, input, length: length.code })),
      })),
    ),
  );
}

/** What Cause and Acad matched, by custom_id. */
export type MatchedById = ReadonlyMap<string, readonly string[]>;

/** A row that cannot be asked, because a knowledge task of its own dataset, input and length has no answer. */
export interface Blocked extends WhyfixItem {
  /** custom_ids of the answers that are missing. */
  readonly missing: readonly string[];
}

/**
 * The requests of some cells (a group's, or the grid's), lazily: cell by cell, row by row. Rows that cannot be asked
 * are in blockedItems.
 */
export function* cellItems(
  cells: Iterable<Cell>,
  rows: Iterable<Row>,
  matched: MatchedById = new Map(),
): Generator<WhyfixItem> {
  for (const item of allItems(cells, rows, matched)) if (!("missing" in item)) yield item;
}

/** The rows that cannot be asked; together with cellItems, every row comes out exactly once per cell. */
export function* blockedItems(cells: Iterable<Cell>, rows: Iterable<Row>, matched: MatchedById): Generator<Blocked> {
  for (const item of allItems(cells, rows, matched)) if ("missing" in item) yield item;
}

function* allItems(cells: Iterable<Cell>, rows: Iterable<Row>, matched: MatchedById): Generator<WhyfixItem | Blocked> {
  for (const cell of cells) {
    if (METHODS[cell.method].needsKnowledge) for (const row of rows) yield informed(cell, row, matched);
    else for (const row of rows) yield { cell, row };
  }
}

/** Knowledge belongs to one dataset, input and length (and model, role, …): it is found under the cell's own id. */
function informed(cell: Cell, row: Row, matched: MatchedById): WhyfixItem | Blocked {
  const ids = (["Cause", "Acad"] as const).map((method) => formatId({ ...cell, method }, row.index));
  const [causes, academic_writing] = ids.map((id) => matched.get(id));
  if (causes === undefined || academic_writing === undefined) {
    return { cell, row, missing: ids.filter((id) => !matched.has(id)) };
  }
  const knowledge: Knowledge = { causes, academic_writing };
  return { cell, row, knowledge };
}
