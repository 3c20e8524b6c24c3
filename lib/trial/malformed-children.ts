import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { StudyError } from "corrigenda/error";
import type { Eaten } from "./malformed.ts";
import type { Environment } from "./processes.ts";

/** What came of inputs that were fed in processes of their own, and the most memory that one held, MB. */
export type EatenThere = Eaten & { peakMb: number };

export interface ChildrenOptions {
  readonly seed: number;
  readonly count: number;
  /** For one input; a process that says nothing for longer is killed. */
  readonly limitMs: number;
  readonly env: Environment;
  readonly signal?: AbortSignal;
}

/** Inputs of one process. */
const PART = 1_000;
/** Until the first input goes in, also on a machine that has much to do. */
const START_MS = 300_000;

/** Feeds inputs part by part; an input that hangs its process, or takes it down, is a problem, and those behind it go on. */
export async function feedInChildren(words: readonly string[], options: ChildrenOptions): Promise<EatenThere> {
  const sum: EatenThere = { inputs: 0, refused: 0, problems: [], peakMb: 0 };
  const end = options.seed + options.count;
  for (let seed = options.seed; seed < end; ) {
    options.signal?.throwIfAborted();
    const count = Math.min(PART, end - seed);
    const part = await feedChild([...words, "--seed", `${seed}`, "--count", `${count}`], options);
    if (part.eaten) {
      sum.inputs += part.eaten.inputs;
      sum.refused += part.eaten.refused;
      sum.problems.push(...part.eaten.problems);
      sum.peakMb = Math.max(sum.peakMb, part.eaten.peakMb);
      seed += count;
      continue;
    }
    if (part.last === undefined) throw new StudyError("stage", `a part of the trial did not start: ${part.why}`);
    sum.inputs += part.last + 1 - seed;
    sum.problems.push({ seed: part.last, text: part.why });
    seed = part.last + 1;
  }
  return sum;
}

interface Part {
  readonly eaten: EatenThere | undefined;
  /** The seed that went in last. */
  readonly last: number | undefined;
  readonly why: string;
}

async function feedChild(words: readonly string[], { limitMs, env, signal }: ChildrenOptions): Promise<Part> {
  const child = spawn(process.execPath, [...words], {
    ...{ stdio: ["ignore", "pipe", "pipe"], env: { ...env, LOG_LEVEL: "error" } },
  });
  let [eaten, last, said, late]: [EatenThere | undefined, number | undefined, string, boolean] = [
    undefined,
    undefined,
    "",
    false,
  ];
  child.stderr.on("data", (text) => {
    said = `${said}${text}`.slice(-1_000);
  });
  const stop = (): void => void child.kill("SIGKILL");
  signal?.addEventListener("abort", stop, { once: true });
  const watch = (ms: number): NodeJS.Timeout =>
    setTimeout(() => {
      late = true;
      stop();
    }, ms);
  let timer = watch(START_MS);
  const ended = new Promise<string>((resolve) => child.on("close", (code, by) => resolve(`${by ?? code}`)));
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(timer);
    timer = watch(limitMs);
    if (line.startsWith("{")) eaten = JSON.parse(line) as EatenThere;
    else last = Number(line);
  }
  const code = await ended;
  clearTimeout(timer);
  signal?.removeEventListener("abort", stop);
  return { eaten, last, why: late ? `no end within ${limitMs} ms` : `the process ended with ${code}: ${said.trim()}` };
}
