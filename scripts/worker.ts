// CORRIGENDA_STORE=postgres://… npx zx scripts/worker.ts
// Adds a worker: answers requests of whatever runs share this Postgres, with this machine's own keys, until Ctrl-C.
import { defineScript, main } from "corrigenda/cli";
import { help } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { nodeDisk } from "corrigenda/files";
import { z } from "zod";

const script = defineScript({
  name: "scripts/worker.ts",
  summary:
    "Adds a worker to the runs that share a Postgres (--store or CORRIGENDA_STORE). Ctrl-C gives back what it holds.",
  flags: {
    store: z
      .string()
      .optional()
      .describe("the Postgres, postgres://user@host/database; default: CORRIGENDA_STORE, which may hold a password"),
    concurrency: z.number().int().positive().optional().describe("calls in flight at most; default: as each run says"),
    offline: z.boolean().default(false).describe("work for runs that ask an offline service on this machine"),
  },
  examples: ["npx zx scripts/worker.ts --concurrency 64"],
});

await main(script, async ({ concurrency, offline }, { disk, log, signal, store }) => {
  if (store === undefined)
    throw new StudyError(
      "config",
      "which store? Set CORRIGENDA_STORE=postgres://user:password@host/database, in .env or the environment",
    );
  await help({
    store,
    space: offline ? "offline" : "live",
    env: process.env,
    concurrency,
    log,
    signal,
    disk: nodeDisk(disk.resolve("results")),
  });
});
