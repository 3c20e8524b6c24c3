import type { Disk, Draft } from "corrigenda/files";
import { SPLITS, type Split, type SplitDocuments } from "./corpus-split.ts";
import { readSpool, type SpoolWriter, spoolWriter } from "./corpus-spool.ts";
import { SEPARATOR } from "./corpus-text.ts";

/** Documents that are put in order in memory at once: about 10 MB of EFCAMDAT. */
const BUCKET = 1 << 15;
const WRITE_BYTES = 1 << 20;
const SPOOL = ".spool";
const ALL = `${SPOOL}/all`;

export interface SplitFile {
  readonly file: string;
  readonly documents: number;
  readonly bytes: number;
  /** Code points of a document, on average. */
  readonly meanLength: number;
}

/** The documents of a corpus on the disk, until they are written as splits. */
export interface CorpusWriter extends AsyncDisposable {
  readonly documents: SpoolWriter;
  /**
   * train.txt, valid.txt and test.txt in the order of their shuffled documents. Memory is constant: documents go into
   * buckets on the disk by the place where they will stand, then each bucket is put in order.
   * @param lengths code points of each document
   */
  write(splits: SplitDocuments, lengths: readonly number[]): Promise<SplitFile[]>;
}

/** @param disk its root is the corpus's folder */
export async function corpusWriter(disk: Disk): Promise<CorpusWriter> {
  await disk.remove(SPOOL);
  const documents = spoolWriter(await disk.append(ALL, "bytes"));
  return {
    documents,
    write: async (splits, lengths) => {
      await documents.end();
      await fillBuckets(disk, splits);
      const files: SplitFile[] = [];
      let from = 0;
      for (const split of SPLITS) {
        const of = splits[split];
        const bytes = await writeSplit(disk, `${split}.txt`, orderedTexts(disk, from, from + of.length));
        const length = of.reduce((sum, document) => sum + (lengths[document] ?? 0), 0);
        files.push({ file: `${split}.txt`, documents: of.length, bytes, meanLength: of.length && length / of.length });
        from += of.length;
      }
      return files;
    },
    [Symbol.asyncDispose]: async () => {
      await documents.end();
      await disk.remove(SPOOL);
    },
  };
}

async function fillBuckets(disk: Disk, splits: SplitDocuments): Promise<void> {
  const places = placesOf(splits);
  const total = SPLITS.reduce((sum, split) => sum + splits[split].length, 0);
  const buckets: SpoolWriter[] = [];
  for (let first = 0; first < total; first += BUCKET)
    buckets.push(spoolWriter(await disk.append(`${SPOOL}/${first / BUCKET}`, "bytes")));
  await readSpool(disk, ALL, (document, text) => {
    const place = places[document] ?? -1;
    return place < 0 ? undefined : buckets[Math.floor(place / BUCKET)]?.add(place, text);
  });
  for (const bucket of buckets) await bucket.end();
}

/** Place in the three files, one after the other, of each document; -1 where it is in none. */
function placesOf(splits: SplitDocuments): Int32Array {
  const last = SPLITS.reduce((most: number, split: Split) => splits[split].reduce((a, b) => Math.max(a, b), most), -1);
  const places = new Int32Array(last + 1).fill(-1);
  let place = 0;
  for (const split of SPLITS) for (const document of splits[split]) places[document] = place++;
  return places;
}

/** Texts of places [from, to), in order. */
async function* orderedTexts(disk: Disk, from: number, to: number): AsyncGenerator<readonly Uint8Array[]> {
  for (let bucket = Math.floor(from / BUCKET); bucket * BUCKET < to; bucket++) {
    const texts: Uint8Array[] = [];
    await readSpool(disk, `${SPOOL}/${bucket}`, (place, text) => {
      texts[place - bucket * BUCKET] = text;
      return undefined;
    });
    yield texts.slice(Math.max(0, from - bucket * BUCKET), to - bucket * BUCKET);
  }
}

async function writeSplit(disk: Disk, file: string, blocks: AsyncIterable<readonly Uint8Array[]>): Promise<number> {
  const draft = await disk.draft();
  const separator = Buffer.from(SEPARATOR);
  let [pending, waiting, written]: [Uint8Array[], number, number] = [[], 0, 0];
  const flush = async (to: Draft): Promise<void> => {
    await to.write(Buffer.concat(pending));
    written += waiting;
    [pending, waiting] = [[], 0];
  };
  try {
    for await (const texts of blocks)
      for (const text of texts) {
        const parts = written + waiting > 0 ? [separator, text] : [text];
        pending.push(...parts);
        waiting += parts.reduce((sum, { length }) => sum + length, 0);
        if (waiting > WRITE_BYTES) await flush(draft);
      }
    await flush(draft);
    await draft.commit(file);
  } catch (error) {
    await draft.discard();
    throw error;
  }
  return written;
}
