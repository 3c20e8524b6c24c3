import { nodeDisk, readText } from "corrigenda/files";
import { startOfflineService } from "corrigenda/provider/offline";
import { realClock } from "corrigenda/time";
import { postgresPrograms, startPostgres } from "corrigenda/trial";
import { simulateWhyfix } from "corrigenda/whyfix";
import { afterAll, describe, expect, test } from "vitest";
import { done, type Ended, start, temporary } from "./script.ts";

const root = temporary("postgres");
afterAll(() => root.remove("."));
const isHere = postgresPrograms() !== undefined;

const ended = async (words: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> => {
  const end = await start(words, env).ended;
  expect(end).toMatchObject({ code: 0 });
  return end;
};

describe.skipIf(!isHere)(
  "scripts over Postgres (skipped where no server is installed: apt-get install postgresql-15)",
  () => {
    test("calls and batches write the same bytes with files and with Postgres; no password is kept or shown", async () => {
      await using server = await startPostgres();
      const store = (await server.database("lab")).replace("postgres@", "postgres:hunter22@");
      const pace = { validateMs: 0, perRequestMs: 0, finalizeMs: 0 };
      const options = { disk: nodeDisk(root.resolve("service")), clock: realClock, simulators: [simulateWhyfix], pace };
      await using service = await disposable(startOfflineService(options));
      const run = (script: string, name: string, folder: string, more: readonly string[]): string[] => [
        ...[`scripts/trial/${script}.ts`, name, "--results", root.resolve(folder), "--base-url", service.url, ...more],
      ];
      const calls = (folder: string): string[] => run("postgres-client", "r1", folder, ["--requests", "400"]);
      const batches = (folder: string): string[] => run("batch-client", "r2", folder, ["--chunk", "100"]);
      await ended(calls("files"), {});
      await ended(batches("files"), {});
      const env = { CORRIGENDA_STORE: store, LOG_LEVEL: "debug" };
      const worker = start(["scripts/worker.ts", "--offline"], env);
      await worker.says("working for postgres://127.0.0.1");
      const said = [await ended(calls("shared"), env), await ended(batches("shared"), env)];
      worker.kill("SIGINT");
      const worked = await worker.ended;
      expect(worked.code).toBe(130);
      for (const table of ["r1/collect/collect.jsonl", "r1/collect/metrics.json", "r2/collect/collect.jsonl"]) {
        const [files, shared] = [
          await readText(root, `files/trial/${table}`),
          await readText(root, `shared/trial/${table}`),
        ];
        expect(shared).toBe(files);
        expect(files.length).toBeGreaterThan(100);
      }
      const log = await readText(root, "shared/trial/r1/collect/log.jsonl");
      const config = await readText(root, "shared/trial/r1/collect/config.json");
      for (const text of [log, config, worked.err, ...said.flatMap(({ out, err }) => [out, err])])
        expect(text).not.toContain("hunter22");
      const listed = await ended(["scripts/jobs.ts", "list", "--results", root.resolve("shared")], env);
      expect(listed.out).toContain("nothing is open");
    });

    test("a small trial: a worker and the run's own process are killed and Postgres falls over; nothing is lost or paid unseen", async () => {
      const kinds = ["--kinds", "kill worker,restart,kill coordinator", "--disturbances", "3", "--every-ms", "2500"];
      const size = ["--requests", "1500", "--workers", "3", "--folder", root.resolve("trial")];
      const said = await done("scripts/trial/postgres.ts", ...kinds, ...size);
      expect(said).toContain("each request answered once");
    });
  },
);

test("a store that is no Postgres is refused in one line", async () => {
  const { code, err } = await start(["scripts/worker.ts"], { CORRIGENDA_STORE: "mysql://u:hunter22@host/db" }).ended;
  expect(code).toBe(2);
  expect(err.trim().split("\n")).toHaveLength(1);
  expect(err).toContain("write it like postgres://");
  expect(err).not.toContain("hunter22");
});

async function disposable<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T & AsyncDisposable> {
  const open = await opening;
  return { ...open, [Symbol.asyncDispose]: () => open.close() };
}
