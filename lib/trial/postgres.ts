import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { StudyError } from "corrigenda/error";

/** A Postgres server in a temporary folder, for trials and tests. It trusts whoever comes over loopback. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  /** Creates a database; its address. */
  database(name: string): Promise<string>;
  /** @param mode "immediate": as if the power had failed */
  stop(mode: "fast" | "immediate"): Promise<void>;
  start(): Promise<void>;
  /** From now on this user needs a password. */
  requirePassword(user: string): Promise<void>;
}

const VERSIONS = [18, 17, 16, 15, 14, 13];
const FOLDERS = [...VERSIONS.map((version) => `/usr/lib/postgresql/${version}/bin/`), ""];

/** Where the server's programs lie; undefined where there are none, or none that this user may run. */
export function postgresPrograms(): string | undefined {
  return FOLDERS.find((folder) => {
    const [program = "", ...words] = asServer(`${folder}initdb`, "--version");
    return spawnSync(program, words, { stdio: "ignore", cwd: "/" }).status === 0;
  });
}

/** Starts a server on a free port. Throws StudyError "config" where it is not installed. */
export async function startPostgres(programs = postgresPrograms()): Promise<PostgresServer> {
  if (programs === undefined)
    throw new StudyError(
      "config",
      "no Postgres server is installed here: apt-get install postgresql-15, then run again",
    );
  const folder = (await run("mktemp", "-d", "/tmp/corrigenda-pg-XXXXXX")).trim();
  const [data, port] = [`${folder}/data`, await freePort()];
  const server = (program: string, ...words: string[]): Promise<string> => run(`${programs}${program}`, ...words);
  await server("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder} -c max_connections=120`;
  const start = async (): Promise<void> => {
    await server("pg_ctl", "-D", data, "-l", `${folder}/log`, "-w", "-o", settings, "start");
  };
  const stop = async (mode: "fast" | "immediate"): Promise<void> => {
    await server("pg_ctl", "-D", data, "-m", mode, "-w", "stop");
  };
  await start();
  return {
    ...{ port, start, stop },
    database: async (name) => {
      await server("createdb", "-h", "127.0.0.1", "-p", String(port), "-U", "postgres", name);
      return `postgres://postgres@127.0.0.1:${port}/${name}`;
    },
    requirePassword: async (user) => {
      await run("sed", "-i", `1i host all ${user} 127.0.0.1/32 scram-sha-256`, `${data}/pg_hba.conf`);
      await server("pg_ctl", "-D", data, "reload");
    },
    [Symbol.asyncDispose]: async () => {
      await stop("immediate").catch(() => undefined); // it may be stopped already
      await run("rm", "-rf", folder);
    },
  };
}

/** Postgres refuses to run as root: root hands over to the user that its package made. */
function asServer(...words: readonly string[]): readonly string[] {
  return process.getuid?.() === 0 ? ["runuser", "-u", "postgres", "--", ...words] : words;
}

async function run(...words: readonly string[]): Promise<string> {
  const [program = "", ...rest] = asServer(...words);
  // The server that pg_ctl starts would keep a pipe open: only what ends by itself is listened to.
  const isControl = words[0]?.endsWith("pg_ctl") === true;
  const child = spawn(program, rest, { stdio: ["ignore", isControl ? "ignore" : "pipe", "ignore"], cwd: "/" });
  let said = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code === 0) return said;
  throw new StudyError("stage", `${words.slice(0, 3).join(" ")} ended with exit code ${code}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
