/** What went wrong, in one word that a script can branch on. */
export type StudyErrorCode =
  | "budget" // the run would cost more than --max-cost allows
  | "config" // a flag, a YAML file or an environment variable
  | "dataset" // a row or file of input data
  | "files" // the disk
  | "locked" // another process owns the run
  | "notebook" // a notebook, one of its cells, or what runs and checks them
  | "network" // no answer came: whether the service acted is unknown
  | "provider" // the service answered with an error (facts.status)
  | "quota" // no credit or quota left: trying again does not help
  | "refused" // a safety rule stops the run before anything is sent
  | "reply" // a reply that does not parse
  | "stage" // an earlier stage is missing or does not fit
  | "step" // a step of a chain failed and has said why
  | "stopped"; // the user asked to stop

export interface StudyErrorOptions {
  /** The original error. */
  readonly cause?: unknown;
  /** Ids, counts, places. Never prompts, replies or keys. */
  readonly facts?: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** The sentence says what happened, where, and what to do next. */
export class StudyError extends Error {
  readonly code: StudyErrorCode;
  readonly facts: Readonly<Record<string, string | number | boolean | undefined>>;

  constructor(code: StudyErrorCode, sentence: string, options: StudyErrorOptions = {}) {
    super(sentence, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "StudyError";
    this.code = code;
    this.facts = options.facts ?? {};
  }
}

/** True for a StudyError, narrowed to one code where one is given. */
export function isStudyError(error: unknown, code?: StudyErrorCode): error is StudyError {
  return error instanceof StudyError && (code === undefined || error.code === code);
}

/** Wraps whatever was thrown, once, at a border. */
export function toStudyError(error: unknown, code: StudyErrorCode, where: string): StudyError {
  if (error instanceof StudyError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new StudyError(code, `${where}: ${reason}`, { cause: error });
}
