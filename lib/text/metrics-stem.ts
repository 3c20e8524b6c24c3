type Condition = (stem: string) => boolean;
type Rule = readonly [suffix: string, replacement: string, condition?: Condition];

/** Words that the rules would spoil, after NLTK. */
const IRREGULAR = new Map(
  Object.entries({
    ...{ skies: "sky", sky: "sky", dying: "die", lying: "lie", tying: "tie", news: "news", howe: "howe" },
    ...{ innings: "inning", inning: "inning", outings: "outing", outing: "outing", cannings: "canning" },
    ...{ canning: "canning", proceed: "proceed", exceed: "exceed", succeed: "succeed" },
  }),
);

/**
 * Porter's stem of an English word, in small letters, with the extensions of NLTK 3.10 (its default, which METEOR and ROUGE use there):
 * "flies" and "dies" become "fli" and "die", "enjoy" stays.
 * @see Porter 1980, An algorithm for suffix stripping, Program 14.3; the steps below bear its names
 */
export function stem(word: string): string {
  const lower = word.toLowerCase();
  const irregular = IRREGULAR.get(lower);
  if (irregular !== undefined) return irregular;
  if (word.length <= 2) return lower;
  const steps = [step1a, step1b, step1c, step2, step3, step4, step5a, step5b];
  return steps.reduce((so, step) => step(so), lower);
}

function step1a(word: string): string {
  if (word.length === 4 && word.endsWith("ies")) return word.slice(0, -1);
  return firstRule(word, [
    ["sses", "ss"],
    ["ies", "i"],
    ["ss", "ss"],
    ["s", ""],
  ]);
}

function step1b(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("eed")) return positive(word.slice(0, -3)) ? word.slice(0, -1) : word;
  const cut = ["ed", "ing"].find((end) => word.endsWith(end) && hasVowel(word.slice(0, -end.length)));
  if (cut === undefined) return word;
  const left = word.slice(0, -cut.length);
  if (/(?:at|bl|iz)$/.test(left)) return `${left}e`;
  if (endsDouble(left)) return /[lsz]$/.test(left) ? left : left.slice(0, -1);
  return measure(left) === 1 && endsShort(left) ? `${left}e` : left;
}

function step1c(word: string): string {
  const left = word.slice(0, -1);
  return word.endsWith("y") && left.length > 1 && shape(left).endsWith("c") ? `${left}i` : word;
}

const positive: Condition = (left) => measure(left) > 0;
const long: Condition = (left) => measure(left) > 1;

const STEP_2: readonly Rule[] = (
  "ational:ate tional:tion enci:ence anci:ance izer:ize bli:ble alli:al entli:ent eli:e ousli:ous ization:ize ation:ate " +
  "ator:ate alism:al iveness:ive fulness:ful ousness:ous aliti:al iviti:ive biliti:ble fulli:ful"
)
  .split(" ")
  .map((rule): Rule => [...(rule.split(":") as [string, string]), positive]);

function step2(word: string): string {
  if (word.endsWith("alli") && positive(word.slice(0, -4))) return step2(word.slice(0, -2));
  // The "l" of "logi" counts with the stem, so that "geologi" and "theologi" are treated like "archaeologi".
  return firstRule(word, [...STEP_2, ["logi", "log", () => positive(word.slice(0, -3))]]);
}

const STEP_3: readonly Rule[] = ["icate:ic", "ative:", "alize:al", "iciti:ic", "ical:ic", "ful:", "ness:"].map(
  (rule): Rule => [...(rule.split(":") as [string, string]), positive],
);

function step3(word: string): string {
  return firstRule(word, STEP_3);
}

const STEP_4: readonly Rule[] = [
  ...["al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent"].map(
    (end): Rule => [end, "", long],
  ),
  ["ion", "", (left) => long(left) && /[st]$/.test(left)],
  ...["ou", "ism", "ate", "iti", "ous", "ive", "ize"].map((end): Rule => [end, "", long]),
];

function step4(word: string): string {
  return firstRule(word, STEP_4);
}

function step5a(word: string): string {
  const left = word.slice(0, -1);
  if (!word.endsWith("e")) return word;
  return measure(left) > 1 || (measure(left) === 1 && !endsShort(left)) ? left : word;
}

function step5b(word: string): string {
  return word.endsWith("ll") && measure(word.slice(0, -1)) > 1 ? word.slice(0, -1) : word;
}

/** The first rule whose suffix fits decides, also where its condition does not hold. */
function firstRule(word: string, rules: readonly Rule[]): string {
  const rule = rules.find(([suffix]) => word.endsWith(suffix));
  if (rule === undefined) return word;
  const [suffix, replacement, condition] = rule;
  const left = word.slice(0, word.length - suffix.length);
  return condition === undefined || condition(left) ? left + replacement : word;
}

/** "c" or "v" for each letter; y is a vowel after a consonant. */
function shape(word: string): string {
  let out = "";
  for (const letter of word) {
    const vowel = letter === "y" ? out.endsWith("c") : "aeiou".includes(letter);
    out += vowel ? "v" : "c";
  }
  return out;
}

/** Porter's m: how often a consonant follows a vowel. */
function measure(word: string): number {
  return shape(word).split("vc").length - 1;
}

function hasVowel(word: string): boolean {
  return shape(word).includes("v");
}

function endsDouble(word: string): boolean {
  return word.length >= 2 && word.at(-1) === word.at(-2) && shape(word).endsWith("c");
}

/** Porter's *o: consonant, vowel, consonant other than w, x, y; in NLTK also a word of vowel and consonant. */
function endsShort(word: string): boolean {
  const form = shape(word);
  return (form.endsWith("cvc") && !/[wxy]$/.test(word)) || form === "vc";
}
