import { defineScript, helpPage, main, type Surroundings } from "corrigenda/cli";
import { memoryDisk } from "corrigenda/files";
import { realClock } from "corrigenda/time";
import { expect, test } from "vitest";
import { z } from "zod";

const flags = { results: z.string().default("results").describe("the folder of all runs") };
const keeping = defineScript({ name: "scripts/x/keep.ts", summary: "Keeps.", flags });
const other = defineScript({ name: "scripts/x/other.ts", summary: "Keeps nothing.", flags: {} });

async function run(script: typeof keeping | typeof other, argv: readonly string[], env: Record<string, string> = {}) {
  const seen = { out: "", err: "", code: 0, store: undefined as string | undefined, set: {} as Record<string, string> };
  const around: Surroundings = {
    ...{ argv, env, disk: memoryDisk(), clock: realClock },
    stdout: { write: (text) => (seen.out += text) },
    stderr: { write: (text) => (seen.err += text) },
    on: () => undefined,
    off: () => undefined,
    setExitCode: (code) => {
      seen.code = code;
    },
    setVariable: (name, value) => {
      seen.set[name] = value;
    },
    kill: () => undefined,
  };
  const body = async (_: unknown, { store, print }: { store?: string; print(text: string): void }): Promise<void> => {
    seen.store = store;
    print(`at ${store}, password only: hunter/22 hunter%2F22`);
  };
  await main<unknown>(script, body, around);
  return seen;
}

const ADDRESS = "postgres://lab:hunter%2F22@db/lab";

test("--store wins over CORRIGENDA_STORE and reaches the steps of a chain; a password is never printed, nor taken as a flag", async () => {
  const given = await run(keeping, ["--store", "postgres://lab@db/lab"], { CORRIGENDA_STORE: ADDRESS });
  expect(given).toMatchObject({ code: 0, store: "postgres://lab@db/lab" });
  expect(given.set).toEqual({ CORRIGENDA_STORE: "postgres://lab@db/lab" });
  const kept = await run(keeping, [], { CORRIGENDA_STORE: ADDRESS });
  expect(kept).toMatchObject({ store: ADDRESS, set: { CORRIGENDA_STORE: ADDRESS } });
  expect(kept.out).toContain("password only: [masked] [masked]");
  expect(kept.out).not.toMatch(/hunter/);
  for (const address of [
    ADDRESS,
    "postgres://lab:a/b@db/lab",
    "postgres://lab:x@db/lab",
    "postgres://db/lab?password=x",
  ]) {
    const refused = await run(keeping, ["--store", address]);
    expect([refused.code, refused.store, refused.out]).toEqual([2, undefined, ""]);
    expect(refused.err).toBe(
      "error[config]: --store holds a password, which others can see there; put the address into CORRIGENDA_STORE (.env)\n",
    );
  }
  expect((await run(keeping, [])).store).toBeUndefined();
  expect((await run(keeping, ["--store="], { CORRIGENDA_STORE: ADDRESS })).store).toBeUndefined();
});

test("every script over results/ takes --store and says so; others refuse it", async () => {
  expect(helpPage(keeping)).toContain("--store <postgres://…>");
  expect(helpPage(other)).not.toContain("--store");
  const refused = await run(other, ["--store", ADDRESS]);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.err).toContain("unknown flag --store");
});
