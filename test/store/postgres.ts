import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";

const DEBIAN = "/usr/lib/postgresql";

/** A Postgres for one test file, in a temporary folder. */
export interface TestServer {
  readonly port: number;
  /** The address of a fresh database. */
  database(name?: string): Promise<string>;
  stop(mode?: "fast" | "immediate"): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** Where the server's programs lie; undefined where it is not installed, or cannot be run (it refuses root). */
export async function postgresPrograms(): Promise<string | undefined> {
  const versions = existsSync(DEBIAN) ? await readdir(DEBIAN) : [];
  const folder = versions
    .sort()
    .map((version) => path.join(DEBIAN, version, "bin"))
    .at(-1);
  if (folder === undefined || !existsSync(path.join(folder, "initdb"))) return undefined;
  const asOther = process.getuid?.() !== 0 || spawnSync("runuser", ["-u", "postgres", "--", "true"]).status === 0;
  return asOther ? folder : undefined;
}

/** Starts a server on a free loopback port. It trusts whoever comes, but user "locked", who needs a password. */
export async function startPostgres(programs: string): Promise<TestServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "corrigenda-pg-"));
  await chmod(folder, 0o777);
  const data = path.join(folder, "data");
  const port = await freePort();
  const run = (program: string, ...args: string[]): Promise<void> => asServer(path.join(programs, program), args);
  await run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c max_connections=120`;
  const start = (): Promise<void> =>
    run("pg_ctl", "-D", data, "-l", path.join(folder, "log"), "-w", "-o", settings, "start");
  const stop = (mode = "fast"): Promise<void> => run("pg_ctl", "-D", data, "-m", mode, "-w", "stop");
  await start();
  const address = (name: string): string => `postgres://postgres@127.0.0.1:${port}/${name}`;
  let databases = 0;
  return {
    port,
    database: async (name) => {
      databases += 1;
      const chosen = name ?? `d${databases}`;
      const client = new pg.Client(address("postgres"));
      await client.connect();
      await client.query(`create database ${chosen}`);
      await client.end();
      return address(chosen);
    },
    stop,
    start,
    remove: async () => {
      await stop("immediate").catch(() => undefined);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function asServer(program: string, args: readonly string[]): Promise<void> {
  const words = process.getuid?.() === 0 ? ["runuser", "-u", "postgres", "--", program, ...args] : [program, ...args];
  const child = spawn(words[0] ?? "", words.slice(1), { stdio: "ignore", cwd: "/" });
  while (child.exitCode === null && child.signalCode === null) await wait(20);
  if (child.exitCode !== 0) throw new Error(`${program} ended with exit code ${child.exitCode}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
