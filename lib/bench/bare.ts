import type { Disk } from "corrigenda/files";

const FLUSH_CHARS = 1 << 20;

/** Lines into a file, a megabyte at a time and never synced: what a plain script does. */
export async function writeBare(disk: Disk, path: string, lines: Iterable<string>): Promise<void> {
  const file = await disk.append(path);
  let pending: string[] = [];
  let chars = 0;
  const flush = async (): Promise<void> => {
    await file.write(`${pending.join("\n")}\n`);
    pending = [];
    chars = 0;
  };
  for (const line of lines) {
    pending.push(line);
    chars += line.length;
    if (chars > FLUSH_CHARS) await flush();
  }
  if (pending.length > 0) await flush();
  await file.close();
}
