import { StudyError } from "corrigenda/error";

/**
 * Runs a script of this project as a step of a chain: a process of its own that writes to this one's stdout and stderr.
 * Throws StudyError "step" where it fails; its message stands on stderr then, and `main` adds none.
 * @param words the script and its arguments
 */
export async function runStep(words: readonly string[], signal: AbortSignal): Promise<void> {
  const { $ } = await import("zx");
  const step = $({ preferLocal: true, stdio: ["ignore", "inherit", "inherit"], nothrow: true, signal });
  const { exitCode } = await step`zx ${words}`;
  signal.throwIfAborted();
  if (exitCode !== 0)
    throw new StudyError("step", `${words[0]} ended with exit code ${exitCode}`, {
      facts: { exitCode: exitCode ?? 1 },
    });
}
