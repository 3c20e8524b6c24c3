/** Forms of frequent irregular words, each list behind its base form. */
const IRREGULAR: ReadonlyMap<string, string> = new Map(
  `be:am,is,are,was,were,been have:has,had do:does,did,done go:goes,went,gone make:made take:took,taken give:gave,given
   get:got,gotten come:came see:saw,seen know:knew,known say:said tell:told think:thought find:found keep:kept leave:left
   feel:felt bring:brought begin:began,begun write:wrote,written pay:paid meet:met lose:lost hold:held run:ran catch:caught
   speak:spoke,spoken grow:grew,grown draw:drew,drawn fall:fell,fallen rise:rose,risen choose:chose,chosen break:broke,broken
   drive:drove,driven win:won build:built buy:bought send:sent spend:spent teach:taught learn:learnt wear:wore,worn
   child:children man:men woman:women person:people foot:feet tooth:teeth life:lives wife:wives good:better,best bad:worse,worst`
    .trim()
    .split(/\s+/)
    .flatMap((entry): [string, string][] => {
      const [base = "", forms = ""] = entry.split(":");
      return forms.split(",").map((form) => [form, base]);
    }),
);

/**
 * Whether two words or phrases are forms of the same lemmas, word by word. The lemma is a simple one: irregular forms of a
 * short list, else the endings -s, -es, -ies, -d, -ed, -ied, -ing taken off in every way that can be right. It knows no word
 * classes and no dictionary.
 */
export function sameLemma(a: string, b: string): boolean {
  const [left, right] = [wordsOf(a), wordsOf(b)];
  return (
    left.length > 0 &&
    left.length === right.length &&
    left.every((word, at) => {
      const forms = lemmas(right[at] as string);
      return [...lemmas(word)].some((form) => forms.has(form));
    })
  );
}

/** The same words, whatever their capitals, spaces and outer marks. */
export function sameWords(a: string, b: string): boolean {
  const [left, right] = [wordsOf(a), wordsOf(b)];
  return left.length > 0 && left.join(" ") === right.join(" ");
}

function wordsOf(text: string): string[] {
  const words = text.toLowerCase().replace(/’/g, "'").split(/\s+/);
  return words.map((word) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "")).filter((word) => word !== "");
}

/** What a word may be a form of, itself included. */
function lemmas(word: string): ReadonlySet<string> {
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return new Set([irregular]);
  const forms = [word];
  if (/ies$/.test(word) && word.length > 4) forms.push(`${word.slice(0, -3)}y`);
  else if (/(?:s|x|z|ch|sh|o)es$/.test(word)) forms.push(word.slice(0, -2), word.slice(0, -1));
  else if (/[^su]s$/.test(word) && word.length > 3) forms.push(word.slice(0, -1));
  if (/ied$/.test(word) && word.length > 4) forms.push(`${word.slice(0, -3)}y`);
  else if (/ed$/.test(word) && word.length > 4) forms.push(...unended(word.slice(0, -2)));
  if (/ing$/.test(word) && word.length > 5) forms.push(...unended(word.slice(0, -3)));
  return new Set(forms);
}

/** Bases of what stood before -ed or -ing: "hopp" is "hop", "hop" is "hope", "visit" may be either. */
function unended(left: string): string[] {
  if (/([^aeioulsz])\1$/.test(left)) return [left.slice(0, -1)];
  if (/^[^aeiou]*[aeiouy][^aeiouwxy]$/.test(left)) return [`${left}e`];
  return [left, `${left}e`];
}
