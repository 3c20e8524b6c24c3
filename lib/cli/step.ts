import { fileURLToPath } from "node:url";
import { StudyError } from "corrigenda/error";

/** Code compiled once for all steps: a script's start takes a third of the time. Below node_modules, where nobody else writes. */
const COMPILED = fileURLToPath(new URL("../../node_modules/.cache/node", import.meta.url));

/**
 * Runs a script of this project as a step of a chain: a process of its own that writes to this one's stdout and stderr.
 * Throws StudyError "step" where it fails; its message stands on stderr then, and `main` adds none.
 * @param words the script and its arguments
 * @param onLine takes what the step says, line by line, in place of stdout and stderr
 * @param env variables of the step beside this process's own
 */
export async function runStep(
  words: readonly string[],
  signal: AbortSignal,
  onLine?: (line: string) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { $ } = await import("zx");
  const out = onLine ? "pipe" : "inherit";
  const shell = $({ preferLocal: true, stdio: ["ignore", out, out], nothrow: true, quiet: true, signal });
  const step = shell({ env: { NODE_COMPILE_CACHE: COMPILED, ...process.env, ...env } })`zx ${words}`;
  const said = onLine && [step.stdout, step.stderr].map((stream) => lines(stream, onLine));
  const { exitCode } = await step;
  await Promise.all(said ?? []);
  signal.throwIfAborted();
  if (exitCode !== 0)
    throw new StudyError("step", `${words[0]} ended with exit code ${exitCode}`, {
      facts: { exitCode: exitCode ?? 1 },
    });
}

async function lines(stream: AsyncIterable<string | Uint8Array>, onLine: (line: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const part of stream) {
    rest += typeof part === "string" ? part : decoder.decode(part, { stream: true });
    const whole = rest.split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) onLine(line);
  }
  if (rest !== "") onLine(rest);
}
