import { pathToFileURL } from "node:url";
import type { Disk } from "corrigenda/files";
import { openBrowser } from "corrigenda/report";
import { cutOff } from "./cut-off.ts";

const VIEWS = [
  { width: 1280, colorScheme: "light" },
  { width: 390, colorScheme: "dark" },
  { width: 1280, colorScheme: "dark" },
  { width: 390, colorScheme: "light" },
] as const;

/** The pages below results/, one of each kind: a kind is a path in which runs, documents and digests are one. */
export async function pageKinds(root: Disk, folder = ""): Promise<Map<string, string>> {
  const kinds = new Map<string, string>();
  for (const name of await root.list(folder === "" ? "." : folder)) {
    const path = `${folder}${name}`;
    if (name.startsWith(".")) continue;
    if (name.endsWith("/"))
      for (const [kind, one] of await pageKinds(root, path)) kinds.set(kind, kinds.get(kind) ?? one);
    else if (name.endsWith(".html")) kinds.set(kindOf(path), path);
  }
  return kinds;
}

function kindOf(path: string): string {
  const [study, , ...rest] = path.split("/");
  const [folder, ...inside] = rest;
  if (inside.length > 0 && /^(exchanges|papers|figures)$/.test(folder ?? "")) return `${study}/${folder}`;
  return rest.length === 0 ? path : `${study}/${rest.join("/").replace(/[0-9a-f]{8}/, "*")}`;
}

/** Opens pages in every view; what a reader would stumble over, as "path, view: what". */
export async function stumbles(browser: string, root: Disk, paths: Iterable<string>): Promise<string[]> {
  const found: string[] = [];
  const running = await openBrowser(browser);
  try {
    for (const { width, colorScheme } of VIEWS) {
      const page = await running.newPage({ viewport: { width, height: 900 }, colorScheme });
      let path = "";
      const say = (what: string): void => void found.push(`${path}, ${width} px, ${colorScheme}: ${what}`);
      page.on("console", (message) => say(message.text()));
      page.on("pageerror", (error) => say(error.message));
      page.on("request", (request) => {
        if (!/^(file|data):/.test(request.url())) say(`asks for ${request.url()}`);
      });
      for (path of paths) {
        await page.goto(pathToFileURL(root.resolve(path)).href);
        await page.waitForTimeout(150); // figures are drawn in steps
        for (const what of await cutOff(page)) say(what);
        if ((await page.locator("h1").count()) !== 1) say("no heading");
      }
      await page.close();
    }
  } finally {
    await running.close();
  }
  return found;
}
