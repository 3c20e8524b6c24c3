import { StudyError } from "corrigenda/error";

/** A name as SQL writes it: nothing in it can end it. */
export function identifier(name: string): string {
  return `"${withoutNul(name).replaceAll('"', '""')}"`;
}

/** A text as SQL writes it. DuckDB knows no backslashes in '…'. */
export function literal(text: string): string {
  return `'${withoutNul(text).replaceAll("'", "''")}'`;
}

/** A path that DuckDB takes as it stands and does not match as a pattern. */
export function exactPath(path: string): string {
  return path.replace(/[[*?]/g, "[$&]");
}

/** DuckDB would end the statement there. */
function withoutNul(text: string): string {
  if (!text.includes("\0")) return text;
  throw new StudyError("dataset", "a name or path holds the character NUL; no table or file can be called so");
}
