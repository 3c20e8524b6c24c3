import { StudyError } from "corrigenda/error";
import type { Survey } from "./corpus-survey.ts";
import { permutation } from "./random-numpy.ts";

/** Numbers of documents in a survey. */
export type Documents = readonly number[];

/**
 * The documents that a corpus is made of: all, one level's, or a sample of either; the source's own draws, seed by seed.
 * Throws StudyError "config" where there is no text of the level.
 */
export function chosenDocuments(
  survey: Survey,
  {
    level,
    sampleSize,
    seed,
  }: { readonly level?: string | undefined; readonly sampleSize?: number | undefined; readonly seed: number },
): Documents {
  const total = survey.level.length;
  if (level !== undefined) return levelSample(survey, level, sampleSize ?? total, seed);
  if (sampleSize === undefined) return Array.from({ length: total }, (_, document) => document);
  const drawn = sortedLevels(survey).flatMap(([name, documents]) => {
    const size = Math.max(1, Math.floor((sampleSize * documents.length) / total));
    // The letter alone, as in the source: A1 and A2 share a seed.
    return [...levelSample(survey, name, size, seed + (name.codePointAt(0) ?? 0))];
  });
  return shuffled(drawn, seed);
}

/** Levels and their documents, A1 first. */
export function sortedLevels({ levels }: Survey): [level: string, documents: Documents][] {
  return [...levels].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Within a level by first language: shares of the sample, largest first; what is left goes to the last. */
function levelSample({ levels, l1 }: Survey, level: string, size: number, seed: number): Documents {
  const documents = levels.get(level);
  if (!documents) {
    const known = [...levels.keys()].sort().join(", ");
    throw new StudyError("config", `there is no text of level ${level}; there are ${known}`, { facts: { level } });
  }
  if (size >= documents.length) return documents;
  const groups = [...Map.groupBy(documents, (document) => l1[document] ?? "").values()];
  groups.sort((a, b) => b.length - a.length);
  let left = size;
  const drawn = groups.flatMap((group, at) => {
    const share = Math.max(1, Math.floor((size * group.length) / documents.length));
    const wanted = at === groups.length - 1 ? left : Math.min(share, group.length, left);
    left -= wanted;
    return shuffled(group, seed).slice(0, wanted);
  });
  return shuffled(drawn, seed);
}

/** As pandas shuffles a table with a seed. */
export function shuffled(documents: Documents, seed: number): Documents {
  return Array.from(permutation(documents.length, seed), (place) => documents[place] ?? 0);
}
