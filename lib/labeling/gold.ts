import { StudyError } from "corrigenda/error";
import { parseJson } from "corrigenda/json";
import { quoteFinder } from "corrigenda/text";
import { z } from "zod";
import { exactKey } from "./name-match.ts";
import { documentKey } from "./names.ts";
import type { PageRow } from "./records.ts";

const Citation = z.looseObject({
  publication_id: z.number().int(),
  data_set_id: z.number().int(),
  mention_list: z.array(z.string()),
});
const Publication = z.looseObject({ publication_id: z.number().int(), pdf_file_name: z.string() });

/** A data set that a paper is known to mention. Ids whose mention lists share a name cannot be told apart: they are one. */
export interface GoldDataset {
  readonly ids: readonly number[];
  /** Different names, as the gold list writes them. */
  readonly names: readonly string[];
}

/** The data sets of each document. Documents without a citation are not in it: nothing is known of them. */
export type Gold = ReadonlyMap<string, readonly GoldDataset[]>;

/** Reads gold citations and the list that says which PDF they are about. Throws StudyError "dataset" naming file and place. */
export function readGold(citations: string, publications: string): Gold {
  const files = new Map(
    checked(publications, "publications.json", Publication).map(({ publication_id, pdf_file_name }) => {
      return [publication_id, documentKey(pdf_file_name.replace(/\.pdf$/i, ""))] as const;
    }),
  );
  const lists = new Map<string, { ids: number[]; names: string[] }[]>();
  for (const { publication_id, data_set_id, mention_list } of checked(citations, "the gold citations", Citation)) {
    const document = files.get(publication_id);
    if (document === undefined)
      throw new StudyError(
        "dataset",
        `publications.json does not know publication ${publication_id} of the gold citations`,
      );
    if (mention_list.length > 0) add(lists, document, { ids: [data_set_id], names: mention_list });
  }
  return new Map([...lists].map(([document, sets]) => [document, sets.map(distinct)]));
}

function checked<T>(content: string, file: string, schema: z.ZodType<T>): T[] {
  const read = z.array(schema).safeParse(parseJson(content));
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new StudyError("dataset", `${file}: ${issue?.path.join(".") || "the file"}: ${issue?.message}`, {
    cause: read.error,
  });
}

function add(
  lists: Map<string, { ids: number[]; names: string[] }[]>,
  document: string,
  one: { ids: number[]; names: string[] },
): void {
  const keys = new Set(one.names.map(exactKey));
  const [same, other]: [(typeof one)[], (typeof one)[]] = [[], []];
  for (const set of lists.get(document) ?? [])
    (set.names.some((name) => keys.has(exactKey(name))) ? same : other).push(set);
  same.push(one);
  const merged = { ids: same.flatMap(({ ids }) => ids), names: same.flatMap(({ names }) => names) };
  lists.set(document, [...other, merged]);
}

/** Of names with equal keys the shortest stays. */
function distinct({ ids, names }: { ids: number[]; names: string[] }): GoldDataset {
  const byKey = new Map<string, string>();
  for (const name of names) {
    const known = byKey.get(exactKey(name));
    if (known === undefined || name.length < known.length) byKey.set(exactKey(name), name);
  }
  return { ids: [...new Set(ids)].sort((a, b) => a - b), names: [...byKey.values()].sort() };
}

/** Pages on which a gold name stands, and how many of them the prefilter kept. */
export interface PrefilterFinds {
  readonly withGold: number;
  readonly kept: number;
  /** Pages that were missed, as `<document>#<page>`. */
  readonly missed: readonly string[];
}

export async function prefilterFinds(pages: AsyncIterable<PageRow>, gold: Gold): Promise<PrefilterFinds> {
  const found = { withGold: 0, kept: 0, missed: [] as string[] };
  for await (const { document, page, text, prefilter } of pages) {
    const names = gold.get(document)?.flatMap((set) => set.names) ?? [];
    const finder = quoteFinder(text);
    if (!names.some((name) => finder.find(name) !== undefined)) continue;
    found.withGold += 1;
    if (prefilter.keep) found.kept += 1;
    else found.missed.push(`${document}#${page}`);
  }
  return found;
}
