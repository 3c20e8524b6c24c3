import { createHash } from "node:crypto";

/** The three processes, in their order. */
export const PROCESSES = ["extraction", "judge", "reasoning"] as const;
export type Process = (typeof PROCESSES)[number];

const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/;
const KEY_CHARS = 100;

/**
 * A document's name as files and custom_ids carry it: as it is where it is plain, else its plain letters and eight digits of
 * its hash. What stands in a name never becomes part of a path.
 */
export function documentKey(name: string): string {
  if (PLAIN.test(name) && !name.endsWith(".")) return name;
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[._-]+|[._-]+$/g, "")
    .slice(0, KEY_CHARS);
  return `${plain === "" ? "doc" : plain}-${hash8(name)}`;
}

/** Keys of several documents: where two differ in capitals only, a file system may hold them for one. */
export function documentKeys(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.map((name) => {
    const key = documentKey(name);
    const own = seen.has(key.toLowerCase()) ? `${key}-${hash8(name)}` : key;
    seen.add(own.toLowerCase());
    return own;
  });
}

/** The first eight hexadecimal digits of a text's MD5, as the source's reasoning ids have them. */
export function hash8(text: string): string {
  return createHash("md5").update(text).digest("hex").slice(0, 8);
}

/** `<doc>-page-<page>`, the page from 0: the source's form. @param page from 1 */
export function extractionId(document: string, page: number): string {
  return `${document}-page-${page - 1}`;
}

/** `<doc>-page-<page>`, the page from 1. */
export function judgeId(document: string, page: number): string {
  return `${document}-page-${page}`;
}

/** `<doc>_<hash8>-pg-<page>`, the page from 1. */
export function reasoningId(document: string, hash: string, page: number): string {
  return `${document}_${hash}-pg-${page}`;
}

export interface ReadId {
  readonly document: string;
  /** From 1. */
  readonly page: number;
  /** Of the mention, in a reasoning id. */
  readonly hash?: string;
}

/** Reads a custom_id of a process; undefined where it is none. The last mark counts: names may hold "_" and "-page-". */
export function readId(process: Process, id: string): ReadId | undefined {
  if (process === "reasoning") {
    const [, document, hash, page] = /^(.+)_([0-9a-f]{8})-pg-(\d+)$/s.exec(id) ?? [];
    return document === undefined || hash === undefined ? undefined : { document, hash, page: Number(page) };
  }
  const [, document, page] = /^(.+)-page-(\d+)$/s.exec(id) ?? [];
  return document === undefined ? undefined : { document, page: Number(page) + (process === "extraction" ? 1 : 0) };
}

/** Where the files of a run lie that have the source's names. */
export const paths = {
  text: (document: string) => `output/text/${document}.json`,
  rawText: (document: string) => `output/raw_text/${document}.json`,
  requests: (process: Process, document: string) =>
    process === "extraction"
      ? `openai-batchfiles/extraction/batch-${document}.jsonl`
      : `openai-batchfiles/${process}-batches/${process}-batch-${document}.jsonl`,
  merged: (process: Process, n: number) => `batches/${process}/merged-batch-${n}.jsonl`,
  results: (process: Process, batch: string) => `batches/${process}/results-${batch}.jsonl`,
  output: (process: Process, document: string) => `extraction_outputs/${process}/${document}.json`,
  batchIds: (process: Process) => `extraction_outputs/${process}_batches.txt`,
} as const;

/** Ids of a list of batches, one a line. */
export function readBatchIds(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
