import { StudyError } from "corrigenda/error";
import { type Disk, lineBlocks, readJsonl } from "corrigenda/files";
import type { z } from "zod";

// Lines that wait outlive their neighbours and make the young generation grow: 262,144 cost 40 MB more.
const FLUSH_CHARS = 1 << 16;

/** Writes lines as a whole file, streamed. */
export async function writeLines(
  disk: Disk,
  path: string,
  lines: () => AsyncIterable<string> | Iterable<string>,
): Promise<number> {
  const draft = await disk.draft();
  let [pending, chars, count] = [[] as string[], 0, 0];
  const flush = async (): Promise<void> => {
    if (pending.length > 0) await draft.write(`${pending.join("\n")}\n`);
    [pending, chars] = [[], 0];
  };
  try {
    for await (const line of lines()) {
      pending.push(line);
      chars += line.length;
      count += 1;
      if (chars > FLUSH_CHARS) await flush();
    }
    await flush();
  } catch (error) {
    await draft.discard();
    throw error;
  }
  await draft.commit(path);
  return count;
}

/** The rows of a table that a stage wrote, checked. Throws StudyError "stage" at a line that is not one. */
export async function* readTable<T>(disk: Disk, path: string, schema: z.ZodType<T>): AsyncGenerator<T> {
  for await (const { line, value } of readJsonl(disk, path)) {
    const row = schema.safeParse(value);
    if (!row.success)
      throw new StudyError(
        "stage",
        `${disk.resolve(path)}:${line} is damaged; remove its stage's folder and run it again`,
        { cause: row.error },
      );
    yield row.data;
  }
}

/** The lines of a file as they stand, without their ends. */
export async function* textLines(disk: Disk, path: string): AsyncGenerator<string> {
  for await (const block of lineBlocks(disk.read(path))) for (const line of block) yield line.toString("utf8");
}

/** Copies a file to another disk: it appears there whole. */
export async function copyFile(from: Disk, path: string, to: Disk, name: string): Promise<void> {
  const draft = await to.draft();
  try {
    for await (const part of from.read(path)) await draft.write(part);
  } catch (error) {
    await draft.discard();
    throw error;
  }
  await draft.commit(name);
}
