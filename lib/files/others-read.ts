import { stat } from "node:fs/promises";
import type { Disk } from "./disk.ts";

const OTHERS_READ = 0o044;

/** True where a file is there and users other than its owner may read it. Always false on Windows, which has no such bits. */
export async function othersMayRead(disk: Disk, path: string): Promise<boolean> {
  if (process.platform === "win32") return false;
  const found = await stat(disk.resolve(path)).catch(() => undefined);
  return found !== undefined && (found.mode & OTHERS_READ) !== 0;
}
