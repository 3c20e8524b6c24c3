import { StudyError } from "corrigenda/error";

/** Names of files and anchors come from ids: nothing else than these characters. */
export function checkId(id: string, what: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,63}$/.test(id)) return id;
  throw new StudyError(
    "config",
    `the id ${JSON.stringify(id)} of a ${what} must be 1 to 64 small letters, digits and hyphens`,
  );
}
