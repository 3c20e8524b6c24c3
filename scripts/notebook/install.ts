// npm run kernel:install
// Tells Jupyter of both kernels: writes kernels/corrigenda/kernel.json and kernels/tslab/kernel.json into the user's
// Jupyter data folder (or into --prefix), with absolute paths to this repository and its Node.
import os from "node:os";
import path from "node:path";
import { defineScript, main, parseYaml } from "corrigenda/cli";
import { nodeDisk, readText } from "corrigenda/files";
import { absoluteSpec, jupyterData, KERNELS, KernelSpec } from "corrigenda/notebook";
import { z } from "zod";

const script = defineScript({
  name: "scripts/notebook/install.ts",
  summary: "Installs the Jupyter kernels for the user: TypeScript (Corrigenda) and TypeScript (tslab).",
  flags: {
    prefix: z.string().optional().describe("write to <prefix>/share/jupyter instead, as of a Python environment"),
  },
  examples: ["npm run kernel:install", "npm run kernel:install -- --prefix /opt/venv"],
});

await main(script, async ({ prefix }, { disk, print }) => {
  const specs = path.resolve(import.meta.dirname, "../../lib/notebook/jupyter");
  const user = { platform: process.platform, env: process.env, home: os.homedir() };
  const data = prefix === undefined ? jupyterData(user) : path.join(disk.resolve(prefix), "share", "jupyter");
  for (const name of KERNELS) {
    const folder = path.join(specs, "kernels", name);
    const file = path.join(folder, "kernel.json");
    const spec = absoluteSpec(parseYaml(await readText(disk, file), file, KernelSpec), folder, process.execPath);
    const target = path.join(data, "kernels", name, "kernel.json");
    await nodeDisk(path.dirname(target)).write("kernel.json", `${JSON.stringify(spec, null, 2)}\n`);
    print(`${spec.display_name}: ${target}`);
  }
  print(`Nothing has to be installed where the environment holds JUPYTER_PATH=${specs}`);
});
