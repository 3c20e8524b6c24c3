import { type BatchEvent, foldEvents, linesPath } from "corrigenda/batch";
import { type Disk, type Draft, lineBlocks } from "corrigenda/files";
import type { Prompt } from "corrigenda/provider";
import { readJournal } from "corrigenda/store";
import { type GuardOptions, guardPrompt } from "./guard.ts";
import { writeLines } from "./tables.ts";
import type { Workplace } from "./workplace.ts";

/** Lines that wait for one write. */
const LINES = 200;

/** A batch that a stage started. */
export interface HandedBatch {
  readonly id: string;
  /** When it was created, ms since 1970. */
  readonly at: number;
}

/** What a stage handed in, as its journal and its request files say. */
export interface Handed {
  readonly batches: readonly HandedBatch[];
  /** The request lines of each batch file, in the order of submission: planned ones and those handed in again. */
  readonly files: readonly (() => AsyncIterable<string>)[];
}

/** Reads what was handed in from a stage's folder (relative to results/); empty where nothing was. */
export async function handedIn(root: Disk, folder: string): Promise<Handed> {
  const events = await readJournal<BatchEvent>(root, `${folder}/journal.jsonl`);
  const batches = events.flatMap((event) => (event.t === "created" ? [{ id: event.batch, at: event.at }] : []));
  const stems = [...foldEvents(events).chunks.values()].map(({ meta }) => meta.stem);
  return { batches, files: [...new Set(stems)].map((stem) => () => linesOf(root, `${folder}/${linesPath(stem)}`)) };
}

/** Where files with a study's own names go. */
export interface HandedPlaces {
  readonly out: Disk;
  /** The list of batch ids, one a line. */
  readonly ids: string;
  /** The n-th batch file, n from 1. Absent: these are not written. */
  readonly file?: (n: number) => string;
}

/** Writes the ids of a stage's batches, and a copy of its batch files; returns the batches. */
export async function exportHanded(
  root: Disk,
  folder: string,
  { out, ids, file }: HandedPlaces,
): Promise<readonly HandedBatch[]> {
  const { batches, files } = await handedIn(root, folder);
  if (file) for (const [at, lines] of files.entries()) await writeLines(out, file(at + 1), lines);
  await out.write(ids, batches.map(({ id }) => `${id}\n`).join(""));
  return batches;
}

/** Writes the result lines of each batch that a stage paid for, as they came, into files of their own. */
export async function exportResults(
  { store }: Pick<Workplace, "store">,
  folder: string,
  { out, file }: { readonly out: Disk; readonly file: (batch: string) => string },
): Promise<void> {
  const drafts = new Map<string, { readonly draft: Draft; lines: string[] }>();
  try {
    for await (const { via, raw } of store.paidBy(folder)) {
      if (via === "online") continue;
      const open = drafts.get(via) ?? { draft: await out.draft(), lines: [] };
      drafts.set(via, open);
      open.lines.push(`${JSON.stringify(raw)}\n`);
      if (open.lines.length >= LINES) await open.draft.write(open.lines.splice(0).join(""));
    }
    for (const [batch, { draft, lines }] of drafts) {
      await draft.write(lines.join(""));
      await draft.commit(file(batch));
      drafts.delete(batch);
    }
  } finally {
    for (const { draft } of drafts.values()) await draft.discard();
  }
}

/** Writes rows' requests as they travel, with their readable ids; masked where that was asked for. */
export function requestLines<Row, Out>(
  { provider, clock }: Pick<Workplace, "provider" | "clock">,
  prompt: Prompt<Row, Out>,
  guard: Pick<GuardOptions, "dataset" | "iMaySend" | "redact">,
): (row: Row) => string {
  const sent = guardPrompt(prompt, { ...guard, provider, now: clock.now() }).prompt;
  return (row) => {
    const wire = provider.encode(sent.request(row));
    return provider.batch?.line(sent.id(row), wire) ?? wire.body;
  };
}

async function* linesOf(root: Disk, path: string): AsyncGenerator<string> {
  for await (const lines of lineBlocks(root.read(path))) for (const line of lines) yield line.toString("utf8");
}
