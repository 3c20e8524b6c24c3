import { StudyError } from "corrigenda/error";

const READING: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EISDIR: "is a folder",
  EACCES: "cannot be read: this user has no permission",
  EPERM: "cannot be read: this user has no permission",
  EMFILE: "cannot be read: too many files are open; raise the limit (ulimit -n), then run the same command",
};

const WRITING: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space, then run the same command",
  EDQUOT: "the disk quota is used up; free some space, then run the same command",
  EACCES: "this user has no permission; change it, or choose another folder",
  EPERM: "this user has no permission; change it, or choose another folder",
  EROFS: "the disk is read-only; choose another folder",
  ENOTDIR: "a part of its path is a file; choose another folder",
  EEXIST: "a part of its path is a file; choose another folder",
  EISDIR: "there is a folder of that name; choose another name",
  EMFILE: "too many files are open; raise the limit (ulimit -n), then run the same command",
  ELOOP: "there is a link in its place, and what is appended to is never a link; remove it",
  EIO: "the disk reports a failure; check it, then run the same command",
};

/** The system's error as one sentence: what, where, and what to do next. */
export function readError(cause: unknown, file: string): unknown {
  return sentence(cause, file, (code) => READING[code] ?? `cannot be read (${code})`);
}

export function writeError(cause: unknown, file: string): unknown {
  return sentence(cause, file, (code) => `cannot be written: ${WRITING[code] ?? `the system says ${code}`}`);
}

function sentence(cause: unknown, file: string, why: (code: string) => string): unknown {
  const code = cause instanceof StudyError ? undefined : (cause as NodeJS.ErrnoException).code;
  return code === undefined ? cause : new StudyError("files", `${file} ${why(code)}`, { cause, facts: { file, code } });
}

/** Waits for a write and says in one sentence why it failed. */
export async function writing<T>(file: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw writeError(cause, file);
  }
}
