import type { InputCode, Levels } from "./levels.ts";
import { findLevel } from "./levels.ts";
import type { MethodCode } from "./methods.ts";

/** One cell of the experiment, by codes. Its fields are those of the custom_id, in order, without the row's index. */
export interface Cell {
  readonly dataset: string;
  readonly sample_size: "fu" | "sp";
  readonly method: MethodCode;
  readonly model: string;
  /** Code of the temperature; of the effort where the model is a reasoning model. */
  readonly temp: string;
  readonly input: InputCode;
  readonly role: string;
  readonly length: string;
}

/** A custom_id taken apart, or why it cannot be. */
export type ParsedId =
  | { readonly ok: true; readonly cell: Cell; readonly index: number }
  | { readonly ok: false; readonly custom_id_parsing_error: string; readonly raw_custom_id_parts: readonly string[] };

/** The custom_id of a cell and a row, such as lg_fu_12_Dict_fON_zero_t_l_fifty. */
export function formatId(cell: Cell, index: number): string {
  return `${cell.dataset}_${cell.sample_size}_${index}_${cell.method}_${cell.model}_${cell.temp}_${cell.input}_${cell.role}_${cell.length}`;
}

/** Reads a custom_id; names of the original study's older ids (lg_fu_12_L2_fourOneNano_zero_t_linguist_fifty) become codes. */
export function parseId(levels: Levels, id: string): ParsedId {
  const parts = id.split("_");
  const no = (custom_id_parsing_error: string): ParsedId => ({
    ok: false,
    custom_id_parsing_error,
    raw_custom_id_parts: parts,
  });
  if (parts.length !== 9) return no(`custom_id has ${parts.length} parts; 9 are expected`);
  const [dataset, size, index, method, model, temp, input, role, length] = parts as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if (!/^\d{1,15}$/.test(index)) return no(`custom_id part 3 (data_index) is "${index}", not a number`);
  const codeOf = { dataset, sample_size: size, method, model, input, role, length };
  for (const [factor, name] of Object.entries(codeOf) as [keyof typeof codeOf, string][]) {
    const level = findLevel(levels[factor], name);
    if (level === undefined) return no(`custom_id part "${name}" is no ${factor} of the experiment`);
    codeOf[factor] = level.code;
  }
  const kind = levels.model.find(({ code }) => code === codeOf.model)?.kind;
  const setting = kind === "reasoning" ? findLevel(levels.effort, temp) : findLevel(levels.temp, temp);
  if (setting === undefined)
    return no(`custom_id part "${temp}" is no ${kind === "reasoning" ? "effort" : "temperature"} of the experiment`);
  return { ok: true, cell: { ...codeOf, temp: setting.code } as Cell, index: Number(index) };
}
