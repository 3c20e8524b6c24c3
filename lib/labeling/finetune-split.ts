import { keyedRng } from "corrigenda/rng";
import { duplicateGroups } from "./duplicates.ts";
import { type FinetuneRecord, pageKey } from "./finetune-pages.ts";

export const SPLITS = ["train", "valid", "test"] as const;
export type Split = (typeof SPLITS)[number];

export interface SplitOptions {
  /** What stays on one side: documents; or pages, whose neighbours then stand on the other side. */
  readonly by: "document" | "page";
  readonly seed: number;
  readonly shares: Readonly<Record<Split, number>>;
}

export interface SplitData {
  readonly records: Readonly<Record<Split, readonly FinetuneRecord[]>>;
  /** Documents, or pages, on each side. */
  readonly units: Readonly<Record<Split, number>>;
  /** Units that are copies or versions of one another; each group stands on one side. */
  readonly duplicates: readonly (readonly string[])[];
}

/**
 * Shuffles documents (or pages) and hands out floor(n × share) to test, as many to valid, the rest to train. The same records
 * in any order give the same split. A group of copies that is too large for a side goes to a later one, so a side may be smaller.
 */
export function splitRecords(records: readonly FinetuneRecord[], { by, seed, shares }: SplitOptions): SplitData {
  const unitOf = ({ paper_id, page, text }: FinetuneRecord): string =>
    by === "document"
      ? paper_id
      : page === null
        ? pageKey(`${paper_id}:${text.length}`, page)
        : pageKey(paper_id, page);
  const texts = new Map<string, string[]>();
  for (const record of records) texts.set(unitOf(record), [...(texts.get(unitOf(record)) ?? []), record.text]);
  const named = [...texts].map(([name, parts]) => ({ name, text: parts.join("\n") }));
  const groups = duplicateGroups(named.sort((a, b) => (a.name < b.name ? -1 : 1)));
  const n = texts.size;
  const room = { test: Math.floor(n * shares.test), valid: Math.floor(n * shares.valid), train: n };
  const side = new Map<string, Split>();
  const units = { train: 0, valid: 0, test: 0 };
  for (const group of keyedRng(seed, "labeling split", by).shuffle(groups)) {
    const to = (["test", "valid", "train"] as const).find((one) => units[one] + group.length <= room[one]) ?? "train";
    units[to] += group.length;
    for (const name of group) side.set(name, to);
  }
  const of = (split: Split): FinetuneRecord[] => records.filter((record) => side.get(unitOf(record)) === split);
  return {
    records: { train: of("train"), valid: of("valid"), test: of("test") },
    units,
    duplicates: groups.filter(({ length }) => length > 1),
  };
}
