/** The words of a document as far as it was read: what a word broken at the end of a line is measured by. */
export interface Words {
  /** Takes the words of a line in; the first and the last may be halves and are left out. */
  add(line: string): void;
  count(word: string): number;
  /** How often a prefix is written with a hyphen, and how often as one word. */
  prefix(prefix: string): { readonly hyphen: number; readonly joined: number };
}

const WORD = /\p{L}+(?:-\p{L}+)*/gu;
/** Prefixes that some write with a hyphen and some without. */
const PREFIXES = ["anti", "co", "inter", "intra", "multi", "non", "over", "post", "pre", "re", "semi", "sub", "under"];

export function createWords(): Words {
  const counts = new Map<string, { times: number }>();
  const prefixes = new Map(PREFIXES.map((prefix) => [prefix, { hyphen: 0, joined: 0 }]));
  const keep = (word: string): void => {
    const known = counts.get(word);
    if (known) {
      known.times += 1;
      return;
    }
    counts.set(word, { times: 1 });
    for (const [prefix, style] of prefixes) {
      if (!word.startsWith(prefix)) continue;
      if (word[prefix.length] === "-") style.hyphen += 1;
      else if (word.length > prefix.length + 3) style.joined += 1;
    }
  };
  return {
    add: (line) => {
      const words = line.toLowerCase().match(WORD) ?? [];
      for (let index = 1; index < words.length - 1; index++) {
        const word = words[index] ?? "";
        keep(word);
        if (word.includes("-")) for (const part of word.split("-")) keep(part);
      }
    },
    count: (word) => counts.get(word.toLowerCase())?.times ?? 0,
    prefix: (prefix) => prefixes.get(prefix) ?? { hyphen: 0, joined: 0 },
  };
}
