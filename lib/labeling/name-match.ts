/** How names of data sets are compared. */
export type NameRule = "exact" | "fuzzy";

/**
 * Equal keys are the same name by the exact rule: letters and digits alone, in small letters, without accents. "(NHANES)" and
 * "NHANES" are one name; "NHANES" and "NHANES data" are two.
 */
export function exactKey(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
}

/** Words that say what kind of thing is named, not which. */
const KIND =
  "data dataset datasets database databases microdata survey surveys study studies file files sample samples record records";
const FUNCTION = "the a an of and or for on in to from by at with its their this these national";
const WEAK: ReadonlySet<string> = new Set(`${KIND} ${FUNCTION}`.split(" "));
const ENOUGH = 0.6;

/** A name as the fuzzy rule sees it. */
export interface FuzzyName {
  readonly key: string;
  readonly words: ReadonlySet<string>;
  /** Two words that say something, or an acronym: enough to stand for a longer name. */
  readonly isTelling: boolean;
}

export function fuzzyName(name: string): FuzzyName {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "");
  const all = plain.match(/[\p{L}\p{N}]+(?:[-'’][\p{L}\p{N}]+)*/gu) ?? [];
  const words = new Set(all.map((word) => word.toLowerCase().replace(/['’]s$/, "")).filter((word) => !isWeak(word)));
  const acronym = all.some((word) => /^\p{Lu}[\p{Lu}\d-]{2,}$/u.test(word) && !isWeak(word.toLowerCase()));
  return { key: exactKey(name), words, isTelling: words.size > 1 || (words.size === 1 && acronym) };
}

/** Years and numbers are weak: releases of one data set are one data set. */
function isWeak(word: string): boolean {
  return WEAK.has(word) || /^\d+(?:-\d+)?(?:st|nd|rd|th)?$/.test(word);
}

/**
 * The fuzzy rule: equal by the exact rule; or, years, function words and words of kind ("survey", "data") left out, all words
 * of the shorter name stand in the longer one and are two or more or an acronym; or 60 % of all their words are common.
 */
export function fuzzyMatch(a: FuzzyName, b: FuzzyName): boolean {
  if (a.key === b.key) return true;
  const [short, long] = a.words.size <= b.words.size ? [a, b] : [b, a];
  if (short.words.size === 0) return false;
  let common = 0;
  for (const word of short.words) if (long.words.has(word)) common += 1;
  const isWhole = common === short.words.size;
  if (isWhole && (short.isTelling || (common === long.words.size && long.isTelling))) return true;
  return common >= 2 && common / (short.words.size + long.words.size - common) >= ENOUGH;
}

/** Whether two names are the same, by a rule. */
export function nameMatcher(rule: NameRule): (a: string, b: string) => boolean {
  if (rule === "exact") return (a, b) => exactKey(a) !== "" && exactKey(a) === exactKey(b);
  const seen = new Map<string, FuzzyName>();
  const of = (name: string): FuzzyName => {
    const known = seen.get(name) ?? fuzzyName(name);
    seen.set(name, known);
    return known;
  };
  return (a, b) => of(a).key !== "" && fuzzyMatch(of(a), of(b));
}
