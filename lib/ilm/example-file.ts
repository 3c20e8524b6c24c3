import { StudyError } from "corrigenda/error";
import type { Disk, Draft } from "corrigenda/files";
import { z } from "zod";
import { type Records, readRecord } from "./example-record.ts";
import type { MaskedDocument } from "./mask-document.ts";

/** What a file of examples says of itself. */
export const ExamplesHeader = z.object({
  format: z.literal("ilm examples 1"),
  maskClass: z.string(),
  /** Names of the types, in the order of their infilling tokens. */
  types: z.array(z.string()),
  p: z.number(),
  seed: z.number(),
  rng: z.enum(["keyed", "python"]),
  /** The text that was masked: "data/efcamdat_C1/train.txt". */
  source: z.string(),
  split: z.enum(["train", "valid", "test"]),
  examplesPerDocument: z.number(),
  documents: z.number(),
  examples: z.number(),
});
export type ExamplesHeader = z.infer<typeof ExamplesHeader>;
/** The header without what is only known at the end. */
export type ExamplesOrigin = Omit<ExamplesHeader, "format" | "documents" | "examples">;

/** The last bytes of a file: where the index begins, how long it and the header are, "ILMX". */
const TAIL_BYTES = 20;
const MAGIC = 0x584d4c49;
const ENTRY_BYTES = 6;

/** Writes a file of examples: it appears whole at commit, or never. */
export interface ExamplesWriter {
  write(records: Records): Promise<void>;
  /** Bytes. */
  commit(path: string): Promise<number>;
  discard(): Promise<void>;
}

/** Records, then an index of 6 bytes a document (its bytes, its examples), then the header as JSON, then the tail. */
export async function examplesWriter(disk: Disk, origin: ExamplesOrigin): Promise<ExamplesWriter> {
  const draft: Draft = await disk.draft();
  const index: Uint8Array[] = [];
  let [bytes, documents, examples] = [0, 0, 0];
  return {
    write: async (records) => {
      const entries = Buffer.allocUnsafe(ENTRY_BYTES * records.index.length);
      for (const [at, entry] of records.index.entries()) {
        entries.writeUInt32LE(entry.bytes, ENTRY_BYTES * at);
        entries.writeUInt16LE(entry.examples, ENTRY_BYTES * at + 4);
        examples += entry.examples;
      }
      index.push(entries);
      documents += records.index.length;
      bytes += records.bytes.length;
      await draft.write(records.bytes);
    },
    commit: async (path) => {
      const header: ExamplesHeader = { format: "ilm examples 1", ...origin, documents, examples };
      const json = Buffer.from(JSON.stringify(header));
      const tail = Buffer.alloc(TAIL_BYTES);
      tail.writeBigUInt64LE(BigInt(bytes), 0);
      tail.writeUInt32LE(ENTRY_BYTES * documents, 8);
      tail.writeUInt32LE(json.length, 12);
      tail.writeUInt32LE(MAGIC, 16);
      for (const entries of index) await draft.write(entries);
      await draft.write(Buffer.concat([json, tail]));
      await draft.commit(path);
      return bytes + ENTRY_BYTES * documents + json.length + TAIL_BYTES;
    },
    discard: () => draft.discard(),
  };
}

/** A file of examples, opened. */
export interface Examples {
  readonly header: ExamplesHeader;
  /** One document by its number. */
  document(number: number): Promise<MaskedDocument>;
  /** The document and the place in it of an example, counted over the whole file. */
  locate(example: number): { readonly document: number; readonly example: number };
  /** All documents in [from, end), read in blocks. */
  documents(from?: number, end?: number): AsyncGenerator<MaskedDocument>;
  close(): Promise<void>;
}

const BLOCK_BYTES = 1 << 20;

/** Opens a file for reading: 14 bytes of memory a document. Throws StudyError "dataset" where it is no such file or is cut off. */
export async function openExamples(disk: Disk, path: string): Promise<Examples> {
  const size = await disk.size(path);
  if (size === undefined)
    throw new StudyError("files", `${disk.resolve(path)} does not exist; scripts/ilm/create-ilm-examples.ts makes it`);
  const reader = await disk.reader(path);
  try {
    const { header, starts, examples } = await readEnd(reader, size, disk.resolve(path));
    const bytesOf = (from: number, to: number): Promise<Uint8Array> => {
      const start = starts[from] ?? 0;
      return reader.readAt(start, (starts[to] ?? start) - start);
    };
    return {
      header,
      document: async (number) => {
        if (!(number >= 0 && number < header.documents))
          throw new RangeError(`no document ${number} of ${header.documents}`);
        return readRecord(await bytesOf(number, number + 1)).document;
      },
      locate: (example) => {
        if (!(example >= 0 && example < header.examples))
          throw new RangeError(`no example ${example} of ${header.examples}`);
        const document = lastAtMost(examples, example);
        return { document, example: example - (examples[document] ?? 0) };
      },
      documents: async function* (from = 0, end = header.documents) {
        const to = Math.min(end, header.documents);
        for (let first = from; first < to; ) {
          let next = first + 1;
          while (next < to && (starts[next + 1] ?? 0) - (starts[first] ?? 0) <= BLOCK_BYTES) next += 1;
          const bytes = await bytesOf(first, next);
          for (let at = 0; at < bytes.length; ) {
            const record = readRecord(bytes, at);
            at = record.next;
            yield record.document;
          }
          first = next;
        }
      },
      close: () => reader.close(),
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

async function readEnd(
  reader: { readAt(offset: number, length: number): Promise<Uint8Array> },
  size: number,
  file: string,
) {
  const wrong = (cause?: unknown): StudyError =>
    new StudyError("dataset", `${file} is no file of examples, or was cut off; make it again`, { cause });
  if (size < TAIL_BYTES) throw wrong();
  const tail = Buffer.from(await reader.readAt(size - TAIL_BYTES, TAIL_BYTES));
  const [records, indexBytes, jsonBytes] = [
    Number(tail.readBigUInt64LE(0)),
    tail.readUInt32LE(8),
    tail.readUInt32LE(12),
  ];
  if (tail.readUInt32LE(16) !== MAGIC || records + indexBytes + jsonBytes + TAIL_BYTES !== size) throw wrong();
  const end = Buffer.from(await reader.readAt(records, indexBytes + jsonBytes));
  const header = ExamplesHeader.safeParse(JSON.parse(end.toString("utf8", indexBytes)));
  if (!header.success) throw wrong(header.error);
  const count = indexBytes / ENTRY_BYTES;
  const [starts, examples] = [new Float64Array(count + 1), new Uint32Array(count + 1)];
  for (let at = 0; at < count; at++) {
    starts[at + 1] = (starts[at] ?? 0) + end.readUInt32LE(ENTRY_BYTES * at);
    examples[at + 1] = (examples[at] ?? 0) + end.readUInt16LE(ENTRY_BYTES * at + 4);
  }
  return { header: header.data, starts, examples };
}

/** The last place whose value is at most `wanted`. @param values ascending, values[0] <= wanted */
function lastAtMost(values: Uint32Array, wanted: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((values[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}
