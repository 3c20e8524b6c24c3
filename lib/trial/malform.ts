import type { Rng } from "corrigenda/rng";

/** Damage to a file or a reply; the same rng does the same. */
type Damage = (bytes: Buffer, rng: Rng) => Buffer;

const DEEPEST = 30_000;
const LONGEST = 200_000;

/** Texts that readers stumble over: byte order marks, NUL, what is no UTF-8, half a surrogate pair, ends of lines. */
const INSERTS = [
  ...[
    "\uFEFF",
    "\u0000",
    "\\ud800",
    "\\u0000",
    "\r\n",
    "\u2028",
    "\u0085",
    '"',
    "'",
    "}",
    "]",
    ",",
    ":",
    "\t",
    "#",
    "-",
  ],
  ...["&a", "*a", "!!js/function", "<<: *a", "<!--", "]]>", "&amp;", "&#x0;", "\u202E", "=1+1", "__proto__"],
].map((text) => Buffer.from(text));
const RAW = [
  [0xff, 0xfe],
  [0xed, 0xa0, 0x80],
  [0xc0, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0x80],
  [0x1b, 0x5b, 0x32, 0x4a],
];
const NUMBERS = [
  "1e308",
  "1e999",
  "-1",
  "99999999999999999999999",
  "0.1e-400",
  "NaN",
  "null",
  "true",
  '"7"',
  "[]",
  "{}",
  "0x10",
];
const OPENERS = ["[", '{"a":', "[[", "(", "<a>", "- - ", "/Kids [", "<<"];

const damages: readonly Damage[] = [
  (bytes, rng) => bytes.subarray(0, rng.int(bytes.length + 1)),
  (bytes, rng) => {
    const altered = Buffer.from(bytes);
    for (let flips = 1 + rng.int(8); flips > 0 && altered.length > 0; flips--) {
      const at = rng.int(altered.length);
      altered[at] = (altered[at] ?? 0) ^ (1 << rng.int(8));
    }
    return altered;
  },
  (bytes, rng) => spliced(bytes, rng.int(bytes.length + 1), 0, rng.pick(INSERTS)),
  (bytes, rng) => spliced(bytes, rng.int(bytes.length + 1), 0, Buffer.from(rng.pick(RAW))),
  (bytes, rng) => {
    const [at, length] = slice(bytes, rng);
    return spliced(bytes, rng.int(bytes.length + 1), 0, bytes.subarray(at, at + length));
  },
  (bytes, rng) => spliced(bytes, ...slice(bytes, rng), Buffer.alloc(0)),
  (bytes, rng) => {
    const [at, length] = slice(bytes, rng);
    const piece = bytes.subarray(at, at + Math.max(1, length));
    const times = Math.floor(LONGEST / Math.max(1, piece.length) / (1 + rng.int(20)));
    return spliced(bytes, at, 0, Buffer.concat(Array.from({ length: times }, () => piece)));
  },
  (bytes, rng) => inText(bytes, rng, /-?\d+(?:\.\d+)?/g, () => rng.pick(NUMBERS)),
  (bytes, rng) => inText(bytes, rng, /"(?:[^"\\\n]|\\.)*"/g, () => rng.pick(NUMBERS)),
  (bytes, rng) => inText(bytes, rng, /"(?:[^"\\\n]|\\.)*"\s*:\s*[^,\n{}[\]]+,/g, (found) => found + found),
  (bytes, rng) => inText(bytes, rng, /["[{<(]/g, (found) => rng.pick(OPENERS).repeat(1 + rng.int(DEEPEST)) + found),
  (bytes, rng) => inText(bytes, rng, /\n/g, () => rng.pick(["", "\r", "\n\n", "\u2028", "\n\u0000"])),
  (_bytes, rng) =>
    Buffer.from(rng.pick(["", " ", "\n", "null", "[]", "{}", "0", '""', "\uFEFF", "\u0000", "---", "%PDF-1.7"])),
  (_bytes, rng) => Buffer.from(Array.from({ length: rng.int(400) }, () => rng.int(256))),
  (_bytes, rng) => Buffer.from(aliases(2 + rng.int(8))),
  (bytes, rng) =>
    inText(bytes, rng, /\/Prev \d+|startxref\s+\d+|\d+ 0 R|\/Length \d+|\/Count \d+/g, () => rng.pick(LOOPS)),
];
const LOOPS = [
  "1 0 R",
  "2 0 R",
  "3 0 R",
  "/Prev 9",
  "/Length 999999999",
  "/Length -1",
  "startxref 0",
  "startxref 99999999",
  "/Count 2000000000",
];

/** A sound file or reply with one to three damages. */
export function malformed(original: Buffer, rng: Rng): Buffer {
  let bytes = original;
  for (let times = 1 + rng.int(3); times > 0; times--) bytes = rng.pick(damages)(bytes, rng);
  return bytes.subarray(0, 4 * LONGEST);
}

function slice(bytes: Buffer, rng: Rng): [at: number, length: number] {
  const at = rng.int(bytes.length + 1);
  return [at, rng.int(Math.min(bytes.length - at, 400) + 1)];
}

function spliced(bytes: Buffer, at: number, gone: number, more: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at + gone)]);
}

/** One of the places that a pattern finds, replaced. Bytes that are no UTF-8 stay as they are. */
function inText(bytes: Buffer, rng: Rng, pattern: RegExp, replacement: (found: string) => string): Buffer {
  const found = [...bytes.toString("latin1").matchAll(pattern)];
  if (found.length === 0) return bytes;
  const { 0: text, index } = rng.pick(found);
  return spliced(bytes, index, text.length, Buffer.from(replacement(text)));
}

/** Ten aliases of ten aliases: a few hundred bytes that say 10^depth. */
function aliases(depth: number): string {
  const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"];
  for (let at = 1; at <= depth; at++) {
    const before = Array.from({ length: 10 }, () => `*a${at - 1}`).join(",");
    lines.push(`a${at}: &a${at} [${before}]`);
  }
  return lines.join("\n");
}
