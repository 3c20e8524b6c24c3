import type { Appender, Disk, Draft } from "corrigenda/files";
import { SPLITS, type Split, type SplitDocuments } from "./corpus-split.ts";
import { documentOf, type LearnerRows } from "./corpus-survey.ts";
import { SEPARATOR } from "./corpus-text.ts";

/** Documents that are put in order in memory at once: about 10 MB of EFCAMDAT. */
const BUCKET = 1 << 15;
const FLUSH_BYTES = 1 << 16;
const HEAD_BYTES = 8;

export interface SplitFile {
  readonly file: string;
  readonly documents: number;
  readonly bytes: number;
  /** Code points of a document, on average. */
  readonly meanLength: number;
}

/**
 * Writes train.txt, valid.txt and test.txt in the order of their shuffled documents, in constant memory: documents go
 * into buckets on the disk by the place where they will stand, then each bucket is put in order.
 * @param disk its root is the corpus's folder @param rows the rows that were surveyed
 */
export async function writeSplits(
  disk: Disk,
  rows: LearnerRows,
  splits: SplitDocuments,
  language?: string,
): Promise<SplitFile[]> {
  const spool = ".spool";
  await disk.remove(spool);
  try {
    const lengths = await fillBuckets(disk, spool, rows(), splits, language);
    const files: SplitFile[] = [];
    let from = 0;
    for (const split of SPLITS) {
      const documents = splits[split].length;
      const file = `${split}.txt`;
      const bytes = await writeSplit(disk, file, orderedTexts(disk, spool, from, from + documents));
      files.push({ file, documents, bytes, meanLength: documents === 0 ? 0 : lengths[split] / documents });
      from += documents;
    }
    return files;
  } finally {
    await disk.remove(spool);
  }
}

async function fillBuckets(
  disk: Disk,
  spool: string,
  rows: ReturnType<LearnerRows>,
  splits: SplitDocuments,
  language: string | undefined,
): Promise<Record<Split, number>> {
  const places = placesOf(splits);
  const buckets: BucketWriter[] = [];
  const lengths = { train: 0, valid: 0, test: 0 };
  let number = 0;
  for await (const one of rows) {
    const document = documentOf(one, language);
    const place = document && places.get(number++);
    if (!document || place === undefined) continue;
    const { text, length } = document;
    lengths[splitAt(splits, place)] += length;
    const bucket = Math.floor(place / BUCKET);
    buckets[bucket] ??= bucketWriter(await disk.append(`${spool}/${bucket}`, "bytes"));
    const full = buckets[bucket].add(place, text);
    if (full) await full;
  }
  for (const bucket of buckets) await bucket?.end();
  return lengths;
}

/** Place in the three files, one after the other, of each document that is in one. */
function placesOf(splits: SplitDocuments): { get(document: number): number | undefined } {
  const last = SPLITS.reduce((most, split) => splits[split].reduce((a, b) => Math.max(a, b), most), -1);
  const places = new Int32Array(last + 1).fill(-1);
  let place = 0;
  for (const split of SPLITS) for (const document of splits[split]) places[document] = place++;
  return {
    get: (document) => {
      const found = places[document] ?? -1;
      return found < 0 ? undefined : found;
    },
  };
}

function splitAt({ train, valid }: SplitDocuments, place: number): Split {
  if (place < train.length) return "train";
  return place < train.length + valid.length ? "valid" : "test";
}

interface BucketWriter {
  /** A promise where bytes have to reach the disk first. */
  add(place: number, text: string): Promise<void> | undefined;
  end(): Promise<void>;
}

function bucketWriter(file: Appender): BucketWriter {
  let [pending, bytes]: [Uint8Array[], number] = [[], 0];
  const flush = async (): Promise<void> => {
    const whole = Buffer.concat(pending);
    [pending, bytes] = [[], 0];
    await file.write(whole);
  };
  return {
    add: (place, text) => {
      const size = Buffer.byteLength(text);
      const record = Buffer.allocUnsafe(HEAD_BYTES + size);
      record.writeUInt32LE(place, 0);
      record.writeUInt32LE(size, 4);
      record.write(text, HEAD_BYTES);
      pending.push(record);
      bytes += record.length;
      return bytes > FLUSH_BYTES ? flush() : undefined;
    },
    end: async () => {
      await flush();
      await file.close();
    },
  };
}

/** Texts of places [from, to), in order. */
async function* orderedTexts(disk: Disk, spool: string, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let bucket = Math.floor(from / BUCKET); bucket * BUCKET < to; bucket++) {
    const bytes = await wholeFile(disk, `${spool}/${bucket}`);
    const texts: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; ) {
      const end = at + HEAD_BYTES + bytes.readUInt32LE(at + 4);
      texts[bytes.readUInt32LE(at) - bucket * BUCKET] = bytes.subarray(at + HEAD_BYTES, end);
      at = end;
    }
    yield* texts.slice(Math.max(0, from - bucket * BUCKET), to - bucket * BUCKET);
  }
}

async function wholeFile(disk: Disk, file: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of disk.read(file)) parts.push(part);
  return Buffer.concat(parts);
}

async function writeSplit(disk: Disk, file: string, texts: AsyncIterable<Uint8Array>): Promise<number> {
  const draft = await disk.draft();
  const separator = Buffer.from(SEPARATOR);
  let [pending, waiting, written]: [Uint8Array[], number, number] = [[], 0, 0];
  const flush = async (to: Draft): Promise<void> => {
    await to.write(Buffer.concat(pending));
    written += waiting;
    [pending, waiting] = [[], 0];
  };
  try {
    for await (const text of texts) {
      if (written + waiting > 0) pending.push(separator);
      pending.push(text);
      waiting += text.length + (written + waiting > 0 ? separator.length : 0);
      if (waiting > 16 * FLUSH_BYTES) await flush(draft);
    }
    await flush(draft);
    await draft.commit(file);
  } catch (error) {
    await draft.discard();
    throw error;
  }
  return written;
}
