import { nodeDisk } from "corrigenda/files";
import type { Browser } from "playwright-core";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/** Where a Chromium lies; undefined where there is none. */
export async function findBrowser(): Promise<string | undefined> {
  const disk = nodeDisk("/");
  for (const place of PLACES) if ((await disk.size(place).catch(() => undefined)) !== undefined) return place;
  return undefined;
}

/** Starts a Chromium without a window and without a network. @param executable see findBrowser */
export async function openBrowser(executable: string): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  // Chromium's sandbox does not start for root.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  // Signals belong to the script or kernel: playwright would end the process at the first Ctrl-C.
  const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
  return chromium.launch({
    executablePath: executable,
    args: [...args, "--disable-gpu", "--disable-quic"],
    ...signals,
  });
}
