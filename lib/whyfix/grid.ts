import { StudyError } from "corrigenda/error";
import type { Cell } from "./cell.ts";
import type { Experiment } from "./experiment.ts";
import { type Factor, type Level, pickLevel } from "./levels.ts";
import { METHODS } from "./methods.ts";

/** Names of levels, by factor; a factor left out takes all its levels. */
export type GridPick = Readonly<Partial<Record<Factor, readonly string[]>>>;

/**
 * The full factorial grid, lazily: for each dataset and method, every model with every temperature (reasoning models:
 * effort), input, role and length. Throws StudyError "config" on an unknown name, and where a method is picked without
 * the knowledge tasks it builds on.
 */
export function fullGrid(experiment: Experiment, pick: GridPick = {}): Iterable<Cell> {
  const { levels } = experiment;
  const codes = <F extends Factor>(factor: F, all: readonly Level[] = levels[factor]): string[] => {
    const names = pick[factor];
    return [
      ...new Set(
        names === undefined ? all.map(({ code }) => code) : names.map((name) => pickLevel(levels, factor, name).code),
      ),
    ];
  };
  const models = new Set(codes("model"));
  const settings = levels.model
    .filter(({ code }) => models.has(code))
    .flatMap((model) => codes(model.kind === "gpt" ? "temp" : "effort").map((temp) => ({ model: model.code, temp })));
  const factors = {
    dataset: codes("dataset"),
    sample_size: pick.sample_size === undefined ? ["fu"] : codes("sample_size"),
    method: codes("method"),
    settings,
    input: codes("input"),
    role: codes("role"),
    length: codes("length"),
  };
  requireKnowledge(factors.method);
  return { [Symbol.iterator]: () => cells(factors) };
}

function requireKnowledge(methods: readonly string[]): void {
  const builds = methods.find((method) => METHODS[method as Cell["method"]].needsKnowledge);
  if (builds === undefined || (methods.includes("Cause") && methods.includes("Acad"))) return;
  throw new StudyError("config", `method ${builds} builds on what Cause and Acad match; pick these two as well`);
}

interface Factors {
  readonly dataset: readonly string[];
  readonly sample_size: readonly string[];
  readonly method: readonly string[];
  readonly settings: readonly { readonly model: string; readonly temp: string }[];
  readonly input: readonly string[];
  readonly role: readonly string[];
  readonly length: readonly string[];
}

function* cells(factors: Factors): Generator<Cell> {
  for (const dataset of factors.dataset)
    for (const sample_size of factors.sample_size)
      for (const method of factors.method)
        for (const setting of factors.settings)
          for (const input of factors.input)
            for (const role of factors.role)
              for (const length of factors.length)
                yield { dataset, sample_size, method, ...setting, input, role, length } as Cell;
}
