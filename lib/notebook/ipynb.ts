import { StudyError } from "corrigenda/error";
import { canonical, type Json, parseJson } from "corrigenda/json";
import { z } from "zod";
import type { Output } from "./output.ts";

/** A text, or its lines with their newlines, as Jupyter writes it. */
const Text = z.union([z.string(), z.array(z.string())]);

const Cell = z.looseObject({
  cell_type: z.enum(["code", "markdown", "raw"]),
  id: z.string().optional(),
  metadata: z.looseObject({ tags: z.array(z.string()).optional() }),
  source: Text,
});
export type Cell = z.infer<typeof Cell>;

const Notebook = z.looseObject({
  nbformat: z.literal(4),
  nbformat_minor: z.number().int().nonnegative(),
  metadata: z.looseObject({}),
  cells: z.array(Cell),
});
/** nbformat 4.5; what it does not know it keeps. */
export type Notebook = z.infer<typeof Notebook>;

/** Outputs as they are kept in a file. */
export type KeptOutput = Exclude<Output, { readonly output_type: "update_display_data" | "clear_output" }>;

/** Reads an .ipynb file of nbformat 4; older minor versions become 4.5. Throws StudyError "notebook" that names the file. */
export function readNotebook(text: string, file: string): Notebook {
  const json = parseJson(text);
  if (json === undefined) throw new StudyError("notebook", `${file} is no notebook: it is not JSON`);
  const parsed = Notebook.safeParse(json);
  if (parsed.success) return withIds(parsed.data);
  const [issue] = parsed.error.issues;
  const where = issue?.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`)).join("");
  const old = where === ".nbformat" ? "; open it in Jupyter and save it again" : "";
  throw new StudyError("notebook", `${file} is no notebook of nbformat 4: ${where}: ${issue?.message}${old}`);
}

/** The text of an .ipynb file as Jupyter writes it: sorted keys, one space, long texts as lists of lines. */
export function writeNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: linesOf(cellText(cell)),
    ...(Array.isArray(cell.outputs) ? { outputs: cell.outputs.map(inLines) } : {}),
  }));
  return `${JSON.stringify(JSON.parse(canonical({ ...notebook, cells } as unknown as Json)), null, 1)}\n`;
}

export function cellText({ source }: Cell): string {
  return typeof source === "string" ? source : source.join("");
}

export function hasTag({ metadata }: Cell, tag: string): boolean {
  return metadata.tags?.includes(tag) ?? false;
}

/** Code that runs: neither empty nor tagged `skip-execution`. */
export function runs(cell: Cell): boolean {
  return cell.cell_type === "code" && cellText(cell).trim() !== "" && !hasTag(cell, "skip-execution");
}

/** A code cell that has not run. */
export function codeCell(id: string, source: string, tags: readonly string[]): Cell {
  return { cell_type: "code", id, metadata: { tags: [...tags] }, source, execution_count: null, outputs: [] };
}

/** Cells that hold outputs or counts, from 1 among all cells: a notebook in git holds none. */
export function executedCells({ cells }: Notebook): number[] {
  return cells.flatMap(({ outputs, execution_count: count }, at) => {
    const clean = (count ?? null) === null && (!Array.isArray(outputs) || outputs.length === 0);
    return clean ? [] : [at + 1];
  });
}

function withIds(notebook: Notebook): Notebook {
  if (notebook.nbformat_minor >= 5) return notebook;
  const cells = notebook.cells.map((cell, at) => ({ ...cell, id: cell.id ?? `cell-${at + 1}` }));
  return { ...notebook, nbformat_minor: 5, cells };
}

function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}

/** Pictures in base64 stay in one piece, and so does JSON. */
function inLines(output: unknown): unknown {
  const { text, data } = output as { readonly text?: unknown; readonly data?: Readonly<Record<string, unknown>> };
  if (typeof text === "string") return { ...(output as object), text: linesOf(text) };
  if (data === undefined) return output;
  const split = Object.entries(data).map(([mime, value]) => {
    const long = typeof value === "string" && /^text\/|^application\/javascript$|^image\/svg\+xml$/.test(mime);
    return [mime, long ? linesOf(value) : value];
  });
  return { ...(output as object), data: Object.fromEntries(split) };
}
