import { inspect } from "node:util";
import type { MimeBundle } from "./output.ts";

const SHOWN_ROWS = 20;
const DISPLAY = Symbol.for("Jupyter.display");

/**
 * A value as a notebook shows it: as it wishes itself, as a table where it is one (a DataFrame, an array of plain
 * rows), else as `console.log` prints it.
 */
export async function bundleOf(value: unknown): Promise<MimeBundle> {
  const rich = await richBundle(value);
  if (rich) return rich;
  if (typeof value === "object" && value !== null) {
    const table = await asTable(value);
    if (table) return table;
  }
  return { "text/plain": inspect(value) };
}

/** What a value says of its own looks; undefined where it says nothing. Viewers always get some plain text. */
export function richBundle(value: unknown): Promise<MimeBundle> | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  const display = Reflect.get(value, DISPLAY);
  if (typeof display !== "function") return undefined;
  return (async () => {
    const bundle = (await display.call(value)) as MimeBundle;
    return "text/plain" in bundle ? bundle : { "text/plain": inspect(value, { depth: 0 }), ...bundle };
  })();
}

/** A list prints as usual; a DataFrame's inner parts say nothing to its reader. */
async function asTable(value: object): Promise<MimeBundle | undefined> {
  const { preview, tableBundle } = await import("corrigenda/frame");
  const table = preview(value, SHOWN_ROWS);
  if (!table) return undefined;
  const bundle = tableBundle(table);
  return { ...bundle, ...(Array.isArray(value) && { "text/plain": inspect(value) }) };
}
