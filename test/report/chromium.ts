import { execFile } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { nodeDisk } from "corrigenda/files";

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const QUIET = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"];
const OFFLINE = ["--disable-background-networking", "--disable-component-update", "--virtual-time-budget=3000"];

export interface Opened {
  /** The page's markup after its scripts ran. */
  readonly dom: string;
  /** What it said on its console. */
  readonly said: string;
}

/** Debian's Chromium, over pages in a folder of their own; says so where there is none. */
export async function chromium(folder: string): Promise<{
  readonly browser: string | undefined;
  readonly open: (name: string, text: string, hash?: string) => Promise<Opened>;
  readonly close: () => Promise<void>;
}> {
  const disk = nodeDisk(path.join(os.tmpdir(), `${folder}-${process.pid}`));
  const found = await Promise.all(BROWSERS.map((file) => disk.size(file)));
  const browser = BROWSERS.find((_, index) => found[index] !== undefined);
  if (!browser) console.warn("no Chromium here: pages are not opened in a browser");
  const open = async (name: string, text: string, hash = ""): Promise<Opened> => {
    await disk.write(name, text);
    const profile = `--user-data-dir=${disk.resolve(`profile-${name}`)}`;
    const url = pathToFileURL(disk.resolve(name)).href + hash;
    const args = [...QUIET, ...OFFLINE, profile, "--enable-logging=stderr", "--dump-dom", url];
    const { stdout, stderr } = await promisify(execFile)(browser ?? "", args, { maxBuffer: 2 ** 28 });
    const said = stderr.split("\n").filter((line) => line.includes("CONSOLE"));
    return { dom: stdout, said: said.join("\n") };
  };
  return { browser, open, close: () => disk.remove(".") };
}
