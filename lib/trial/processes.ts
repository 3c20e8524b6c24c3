import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { StudyError } from "corrigenda/error";
import type { Rng } from "corrigenda/rng";
import { realClock } from "corrigenda/time";
import { killPlan } from "./kill-plan.ts";

/** An offline service as a process of its own, until it is disposed of. */
export interface Serving extends AsyncDisposable {
  readonly url: string;
}

/** Starts scripts/offline/serve.ts on a free port. */
export async function startServing(args: readonly string[]): Promise<Serving> {
  const child = spawn(process.execPath, ["scripts/offline/serve.ts", "--port", "0", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([
    once(lines, "line").then(([first]) => first as string),
    ended(child).then(() => undefined),
  ]);
  if (line === undefined)
    throw new StudyError("stage", "the offline service of the trial did not start; its message stands above");
  const { url } = JSON.parse(line) as { url: string };
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await ended(child);
    },
  };
}

/** The environment that children get. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface Killer {
  readonly rng: Rng;
  /** The journal's size, bytes; undefined while there is none. */
  size(): Promise<number | undefined>;
}

/** Runs a script with Node to its end, or until a killer strikes. Throws StudyError "stage" where it fails by itself. */
export async function live(args: readonly string[], env: Environment, killer?: Killer): Promise<"ended" | "killed"> {
  const child = spawn(process.execPath, [...args], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...env, LOG_LEVEL: "error" },
  });
  let said = "";
  child.stderr.on("data", (text) => {
    said = `${said}${text}`.slice(-2_000);
  });
  const end = ended(child);
  if (killer) await strike(child, killer);
  const signal = await end;
  if (signal === "SIGKILL") return "killed";
  if (child.exitCode !== 0)
    throw new StudyError(
      "stage",
      `${args.slice(0, 2).join(" ")} ended with exit code ${child.exitCode}: ${said.trim()}`,
    );
  return "ended";
}

async function strike(child: ChildProcess, { rng, size }: Killer): Promise<void> {
  const plan = killPlan(rng, (await size()) ?? 0);
  const started = realClock.now();
  while (child.exitCode === null && realClock.now() - started < plan.afterMs) {
    if (((await size()) ?? 0) >= plan.bytes) {
      await wait(plan.delayMs);
      break;
    }
    await wait(1);
  }
  child.kill("SIGKILL");
}

async function ended(child: ChildProcess): Promise<NodeJS.Signals | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.signalCode;
}
