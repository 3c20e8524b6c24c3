/** A text with the name it goes by. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

const WORDS_IN_A_ROW = 13;
/** One stretch in so many is looked at: a paper of ten pages keeps some 400. */
const ONE_IN = 16;
/** What stands in more texts than these is a licence notice, not a copy. */
const COMMON = 60;
const ENOUGH = 0.5;

/**
 * Texts that are copies or versions of one another, as groups; a text without any is a group of its own. Two belong together
 * where at least half of the stretches of 13 words of the shorter one stand in the other as well.
 */
export function duplicateGroups(texts: readonly NamedText[]): string[][] {
  const parents = new Map(texts.map(({ name }) => [name, name]));
  const rootOf = (name: string): string => {
    const parent = parents.get(name) ?? name;
    if (parent === name) return name;
    const root = rootOf(parent);
    parents.set(name, root);
    return root;
  };
  for (const [a, b] of [...equalTexts(texts), ...likeTexts(texts)]) parents.set(rootOf(b), rootOf(a));
  const groups = new Map<string, string[]>();
  for (const { name } of texts) groups.set(rootOf(name), [...(groups.get(rootOf(name)) ?? []), name]);
  return [...groups.values()];
}

type Pair = readonly [string, string];

function equalTexts(texts: readonly NamedText[]): Pair[] {
  const first = new Map<string, string>();
  return texts.flatMap(({ name, text }): Pair[] => {
    const words = wordsOf(text).join(" ");
    const known = first.get(words);
    if (known === undefined) first.set(words, name);
    return known === undefined ? [] : [[known, name]];
  });
}

function likeTexts(texts: readonly NamedText[]): Pair[] {
  const [sizes, holders] = [new Map<string, number>(), new Map<number, string[]>()];
  for (const { name, text } of texts) {
    const own = stretches(text);
    sizes.set(name, own.size);
    for (const hash of own) {
      const others = holders.get(hash);
      if (others) others.push(name);
      else holders.set(hash, [name]);
    }
  }
  const shared = new Map<string, Map<string, number>>();
  for (const names of holders.values()) {
    if (names.length > COMMON) continue;
    for (const [at, a] of names.entries())
      for (const b of names.slice(at + 1)) {
        const counts = shared.get(a) ?? new Map<string, number>();
        shared.set(a, counts.set(b, (counts.get(b) ?? 0) + 1));
      }
  }
  const shorter = (a: string, b: string): number => Math.min(sizes.get(a) ?? 0, sizes.get(b) ?? 0);
  return [...shared].flatMap(([a, counts]) =>
    [...counts].flatMap(([b, common]): Pair[] => (common >= ENOUGH * shorter(a, b) ? [[a, b]] : [])),
  );
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Hashes of some stretches of words, the same ones in every text that has them. */
function stretches(text: string): Set<number> {
  const words = wordsOf(text);
  const found = new Set<number>();
  for (let at = 0; at + WORDS_IN_A_ROW <= words.length; at++) {
    const hash = fnv(words.slice(at, at + WORDS_IN_A_ROW).join(" "));
    if (hash % ONE_IN === 0) found.add(hash);
  }
  return found;
}

/** FNV-1a, 32 bits. */
function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
