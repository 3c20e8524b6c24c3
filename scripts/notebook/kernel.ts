// Started by Jupyter, by way of lib/notebook/jupyter/kernels/corrigenda/kernel.json:
// node scripts/notebook/kernel.ts <connection file>
// The Jupyter kernel: TypeScript cells, each type-checked before it runs. The working folder is that of the notebook.
import path from "node:path";
import { defineScript, main, parseYaml } from "corrigenda/cli";
import { nodeDisk, readText } from "corrigenda/files";
import { Connection, startKernel } from "corrigenda/notebook";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const PARENT_MS = 1_000;

const script = defineScript({
  name: "scripts/notebook/kernel.ts",
  summary: "The Jupyter kernel for TypeScript cells; Jupyter starts it.",
  positionals: { connectionFile: z.string().describe("where Jupyter says which ports to bind") },
  flags: {
    types: z
      .enum(["error", "warn", "off"])
      .default("error")
      .describe("what type faults do; a cell says // @types warn"),
  },
});

await main(script, async ({ connectionFile, types }, { disk }) => {
  const root = path.resolve(import.meta.dirname, "../..");
  // Keys of the repository's .env reach notebooks in any folder, as they reach scripts.
  if ((await nodeDisk(root).size(".env")) !== undefined) process.loadEnvFile(path.join(root, ".env"));
  const connection = parseYaml(await readText(disk, connectionFile), connectionFile, Connection);
  const kernel = await startKernel({ connection, folder: disk.resolve("."), root, types, clock: realClock });
  // An interrupt stops a cell here, not the process.
  process.removeAllListeners("SIGINT").on("SIGINT", () => void kernel.interrupt());
  // Jupyter that was killed has told nobody.
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && process.exit(1), PARENT_MS).unref();
  await kernel.ended;
  process.exit();
});
