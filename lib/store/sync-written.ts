import { isStudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";

const READ_ONLY: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS"]);

/**
 * Makes a file durable as it is. What a killed process wrote may be in the machine's memory alone: whoever counts on it
 * has to see to it that it outlives a power cut. Where nothing may be written, nothing is paid either.
 */
export async function syncWritten(disk: Disk, path: string): Promise<void> {
  const file = await disk.append(path, "bytes").catch((error: unknown) => {
    if (isStudyError(error, "files") && READ_ONLY.has(String(error.facts.code))) return undefined;
    throw error;
  });
  if (!file) return;
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
