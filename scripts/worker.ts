// npx zx scripts/worker.ts --store postgres://user:password@host/lab
// Adds a worker: answers requests of whatever runs share this Postgres, with this machine's own keys, until Ctrl-C.
import { defineScript, main } from "corrigenda/cli";
import { help } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { z } from "zod";

const script = defineScript({
  name: "scripts/worker.ts",
  summary:
    "Adds a worker to the runs that share a Postgres (--store or CORRIGENDA_STORE). Ctrl-C gives back what it holds.",
  flags: {
    store: z
      .string()
      .optional()
      .describe("the Postgres, postgres://user:password@host/database; default: CORRIGENDA_STORE"),
    concurrency: z.number().int().positive().optional().describe("calls in flight at most; default: as each run says"),
    offline: z.boolean().default(false).describe("work for runs that ask an offline service on this machine"),
  },
  examples: ["CORRIGENDA_STORE=postgres://lab:secret@db/lab npx zx scripts/worker.ts --concurrency 64"],
});

await main(script, async ({ concurrency, offline }, { log, signal, store }) => {
  if (store === undefined)
    throw new StudyError(
      "config",
      "which store? Set CORRIGENDA_STORE or give --store postgres://user:password@host/database",
    );
  await help({ store, space: offline ? "offline" : "live", env: process.env, concurrency, log, signal });
});
