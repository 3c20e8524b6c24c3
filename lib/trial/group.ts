import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { StudyError } from "corrigenda/error";
import type { Rng } from "corrigenda/rng";
import { realClock } from "corrigenda/time";
import type { Environment } from "./processes.ts";

/** How a life of a process group ended, and after how long. */
export interface GroupLife {
  readonly end: "ended" | "killed";
  readonly ms: number;
}

/** When a group is killed: so long after something has come true of what it writes. */
export interface GroupKill {
  isTime(): Promise<boolean>;
  readonly delayMs: number;
}

const LOOK_MS = 20;

/**
 * Runs a script with zx as a process group of its own: to its end, or until every process of the group gets SIGKILL.
 * Returns when none is left. Throws StudyError "stage" where it fails by itself.
 * @param kill absent: nobody kills it
 */
export async function liveGroup(words: readonly string[], env: Environment, kill?: GroupKill): Promise<GroupLife> {
  const started = realClock.now();
  const child = spawn(process.execPath, ["node_modules/zx/build/cli.js", ...words], {
    ...{ detached: true, stdio: ["ignore", "ignore", "pipe"], env: { ...env, LOG_LEVEL: "error" } },
  });
  const group = -(child.pid as number);
  let said = "";
  child.stderr.on("data", (text) => {
    said = `${said}${text}`.slice(-2_000);
  });
  const closed = once(child, "close");
  if (kill) {
    while (child.exitCode === null && !(await kill.isTime())) await wait(LOOK_MS);
    await Promise.race([closed, wait(kill.delayMs)]);
    if (child.exitCode === null) signalled(group, "SIGKILL");
  }
  const [code, signal] = (await closed) as [number | null, NodeJS.Signals | null];
  while (signalled(group, 0)) await wait(5);
  const ms = realClock.now() - started;
  if (signal === "SIGKILL") return { end: "killed", ms };
  if (code === 0) return { end: "ended", ms };
  throw new StudyError("stage", `${words[0]} ended with exit code ${code}: ${said.trim()}`);
}

/** How often a chain is killed, and how its progress is seen. */
export interface ChainKills {
  readonly kills: number;
  /** Parts of the chain that are done, and all that there are. */
  done(): Promise<number>;
  readonly whole: number;
  /** About how long a part takes, ms. */
  readonly stageMs: number;
  readonly rng: Rng;
}

/**
 * Runs a resumable chain to its end through so many kills: each after a random part of what was left, and then anywhere
 * in what runs, so that the machine's speed moves none. @param told after each kill
 */
export async function killGroups(
  words: readonly string[],
  env: Environment,
  { kills, done, whole, stageMs, rng }: ChainKills,
  told: () => Promise<void>,
): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    const before = await done();
    const after = before + rng.int(Math.max(1, whole - 1 - before));
    const delayMs = rng.next() * 2 * stageMs;
    if ((await liveGroup(words, env, { isTime: async () => (await done()) >= after, delayMs })).end === "ended") return;
    await told();
  }
  await liveGroup(words, env);
}

/** False where nobody is left in the group. */
function signalled(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(group, signal);
  } catch {
    return false;
  }
}
