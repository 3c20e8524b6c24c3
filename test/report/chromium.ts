import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Disk, nodeDisk } from "corrigenda/files";
import { findBrowser, openBrowser } from "corrigenda/report";
import type { Page } from "playwright-core";

export interface Opened {
  readonly page: Page;
  /** What it said on its console, and errors that nobody caught. */
  readonly said: string[];
  /** What it asked for, other than itself. */
  readonly asked: string[];
}

export interface View {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
  readonly hash?: string;
}

/** The system's Chromium, over pages in a folder of their own; says so where there is none. */
export async function chromium(folder: string): Promise<{
  readonly browser: string | undefined;
  readonly disk: Disk;
  readonly open: (name: string, text: string, view?: View) => Promise<Opened>;
  readonly close: () => Promise<void>;
}> {
  const disk = nodeDisk(path.join(os.tmpdir(), `${folder}-${process.pid}`));
  const browser = await findBrowser();
  if (!browser) console.warn("no Chromium here: pages are not opened in a browser");
  let running: ReturnType<typeof openBrowser> | undefined;
  const open = async (name: string, text: string, { width = 1280, scheme = "light", hash = "" }: View = {}) => {
    await disk.write(name, text);
    running ??= openBrowser(browser ?? "");
    const page = await (await running).newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
    const [said, asked, url]: [string[], string[], string] = [[], [], pathToFileURL(disk.resolve(name)).href];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    page.on("request", (request) => {
      if (request.url() !== url && !request.url().startsWith("data:")) asked.push(request.url());
    });
    await page.goto(url + hash);
    return { page, said, asked };
  };
  const close = async (): Promise<void> => {
    await (await running)?.close();
    await disk.remove(".");
  };
  return { browser, disk, open, close };
}
