import { StudyError } from "corrigenda/error";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
/** Windows has devices of these names in every folder, and drops a dot at the end. */
const NOT_ON_WINDOWS = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|\.$/i;

const FILE = /^[A-Za-z0-9._-][A-Za-z0-9._+@=,-]{0,199}$/;

/** A run of a study. */
export interface RunName {
  readonly study: string;
  readonly run: string;
}

/** A stage of a run: results/<study>/<run>/<stage>/. */
export interface StageName extends RunName {
  readonly stage: string;
}

/** True for a name that may become a folder: letters, digits, ".", "_" and "-", at most 80, a letter or digit first; no device of Windows. */
export function isName(text: string): boolean {
  return NAME.test(text) && !NOT_ON_WINDOWS.test(text);
}

/** Reads "whyfix/0622-1458". Throws StudyError "config" on anything that could leave results/. */
export function runName(text: string): RunName {
  const [study = "", run = "", ...rest] = text.split("/");
  if (rest.length > 0)
    throw new StudyError("config", `"${text}" is no run; write <study>/<run>, like whyfix/0622-1458`);
  checkName("study", study);
  checkName("run", run);
  return { study, run };
}

export function runFolder({ study, run }: RunName): string {
  checkName("study", study);
  checkName("run", run);
  return `${study}/${run}`;
}

export function stageFolder(name: StageName): string {
  checkName("stage", name.stage);
  return `${runFolder(name)}/${name.stage}`;
}

/** The lock of a run's or a stage's folder: whoever holds it works there. */
export function lockOf(folder: string): string {
  return `${folder}/.lock`;
}

/** A file inside a folder: parts that are names (or start with a dot or an underscore), never "..". */
export function checkFile(path: string): string {
  const parts = path.split("/");
  if (parts.every((part) => FILE.test(part) && !/^\.+$/.test(part) && !NOT_ON_WINDOWS.test(part))) return path;
  throw new StudyError("config", `"${path}" cannot name a result file: use letters, digits, ".", "_", "-"`);
}

function checkName(what: string, name: string): void {
  if (isName(name)) return;
  throw new StudyError(
    "config",
    `"${name.slice(0, 100)}" cannot name a ${what}: use letters, digits, ".", "_" and "-", at most 80, a letter or digit first`,
  );
}
