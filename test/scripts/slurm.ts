import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import { setTimeout as wait } from "node:timers/promises";

const PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "setpriv"];
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

/** Why there can be no cluster here; undefined where there can. */
export function slurmMissing(): string | undefined {
  const missing = PROGRAMS.filter((name) => !found(name));
  return missing.length === 0 ? undefined : `${missing.join(", ")} not installed`;
}

/** A Slurm cluster of one node with two processors, on this machine, until it is disposed of. */
export interface Cluster extends AsyncDisposable {
  /** For processes that talk to it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs one of Slurm's commands; what it printed. */
  ask(command: string, ...words: readonly string[]): string;
}

/** Starts munge, the controller and the node's daemon in a folder of their own. They die with this process. */
export async function startCluster(folder: string): Promise<Cluster> {
  for (const name of ["state", "spool", "munge"]) mkdirSync(`${folder}/${name}`, { recursive: true, mode: 0o700 });
  writeFileSync(`${folder}/munge/key`, randomBytes(128), { mode: 0o600 });
  const conf = `${folder}/slurm.conf`;
  writeFileSync(conf, configuration(folder, await freePort(), await freePort()));
  const env = { SLURM_CONF: conf, PATH };
  const daemons: ChildProcess[] = [];
  const daemon = (...words: string[]): void => {
    const all = ["--pdeathsig", "KILL", ...words];
    daemons.push(spawn("setpriv", all, { env: { ...process.env, ...env }, stdio: "ignore" }));
  };
  const ask: Cluster["ask"] = (command, ...words) =>
    execFileSync(command, words, { env: { ...process.env, ...env }, encoding: "utf8", timeout: 20_000, stdio: "pipe" });
  const cluster: Cluster = {
    env,
    ask,
    [Symbol.asyncDispose]: async () => {
      if (said(() => ask("scancel", "--full", "--signal=KILL", `--user=${os.userInfo().username}`)) !== undefined)
        for (let tries = 0; tries < 100 && said(() => ask("squeue", "--noheader")) !== ""; tries++) await wait(100);
      for (const one of daemons.toReversed()) await ended(one);
    },
  };
  const munge = ["socket", "pid-file", "log-file", "seed-file"].map((name) => `--${name}=${folder}/munge/${name}`);
  daemon("munged", "--foreground", "--force", `--key-file=${folder}/munge/key`, ...munge);
  await wait(300);
  daemon("slurmctld", "-D", "-f", conf);
  daemon("slurmd", "-D", "-f", conf);
  for (let tries = 0; tries < 300; tries++) {
    if (said(() => ask("sinfo", "--noheader", "--format=%t"))?.trim() === "idle") return cluster;
    await wait(100);
  }
  await cluster[Symbol.asyncDispose]();
  const log = said(() => readFileSync(`${folder}/slurmctld.log`, "utf8")) ?? "";
  throw new Error(`the cluster did not start:\n${log.slice(-2000)}`);
}

function configuration(folder: string, controlPort: number, nodePort: number): string {
  const host = os.hostname().split(".")[0];
  const user = os.userInfo().username;
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controlPort}
SlurmdPort=${nodePort}
AuthType=auth/munge
# A requeued job waits until its first start's credential is void: 5 seconds at least.
AuthInfo=socket=${folder}/munge/socket,cred_expire=5
SlurmUser=${user}
SlurmdUser=${user}
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SchedulerParameters=batch_sched_delay=0,sched_interval=1
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
KillWait=2
NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await exit;
  clearTimeout(late);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

function found(program: string): boolean {
  return said(() => execFileSync("which", [program], { env: { PATH }, stdio: "pipe" })) !== undefined;
}

/** What is returned; undefined where it throws. */
function said<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
