// npx zx scripts/results/picture.ts
// Draws results/index.html as it stands after npm start into docs/index.png, for the README. Needs Chromium.
import { pathToFileURL } from "node:url";
import { defineScript, main } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { nodeDisk } from "corrigenda/files";
import { findBrowser, openBrowser } from "corrigenda/report";
import { z } from "zod";

const script = defineScript({
  name: "scripts/results/picture.ts",
  summary: "Draws the index of all runs as a picture.",
  flags: {
    results: z.string().default("results").describe("the folder of all runs"),
    out: z.string().default("docs/index.png").describe("where the picture goes"),
  },
  examples: ["npx zx scripts/results/picture.ts"],
});

await main(script, async ({ results, out }, { disk, print }) => {
  const file = nodeDisk(disk.resolve(results)).resolve("index.html");
  if ((await disk.size(file)) === undefined) throw new StudyError("files", `${file} is missing; run: npm start`);
  const browser = await findBrowser();
  if (!browser) throw new StudyError("config", "no Chromium here; install one");
  const running = await openBrowser(browser);
  try {
    const page = await running.newPage({ viewport: { width: 1280, height: 1040 }, colorScheme: "light" });
    await page.goto(pathToFileURL(file).href);
    await disk.write(out, await page.screenshot());
  } finally {
    await running.close();
  }
  print(`${disk.resolve(out)}: ${(await disk.size(out)) ?? 0} bytes`);
});
