// npm run notebook:check
// Checks the types of every cell of every notebook in notebooks/, strictly; prints notebook:cell:line: message. Runs nothing.
import path from "node:path";
import { defineScript, main } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { readText } from "corrigenda/files";
import { checkNotebook, notebooksBelow, openTypeService, placeOf, readNotebook } from "corrigenda/notebook";
import { z } from "zod";

const script = defineScript({
  name: "scripts/notebook/check.ts",
  summary: "Checks the types of all cells of all notebooks, strictly. Runs nothing.",
  positionals: { folder: z.string().default("notebooks").describe("folder of the notebooks") },
  flags: {},
  examples: ["npm run notebook:check"],
});

await main(script, async ({ folder }, { disk, print, signal }) => {
  const files = await notebooksBelow(disk, folder);
  const folders = Map.groupBy(files, (file) => path.dirname(disk.resolve(file)));
  let faults = 0;
  for (const [place, notebooks] of folders) {
    const types = openTypeService({ folder: place, root: disk.resolve(".") });
    for (const file of notebooks) {
      signal.throwIfAborted();
      const found = await checkNotebook(readNotebook(await readText(disk, file), file), types);
      for (const fault of found)
        print(`${placeOf(file, fault)}: TS${fault.code} ${fault.message.replace(/\s*\n\s*/g, " ")}`);
      faults += found.length;
    }
    await types.close();
  }
  if (faults > 0) throw new StudyError("notebook", `type faults in ${folder}: ${faults}`);
  print(`${folder}: no type faults (notebooks: ${files.length})`);
});
