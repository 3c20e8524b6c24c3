/** A rational number in lowest terms. */
export interface Rational {
  readonly numerator: bigint;
  /** > 0 */
  readonly denominator: bigint;
}

/** Longer runs of digits are no answer, and exact arithmetic on them is slow. */
const MAX_DIGITS = 1_000;
const DIGITS = String.raw`(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)`;
const UNDER = String.raw`/0*[1-9]\d*(?!\.?\d)`;
/**
 * A number as people write it: -1,234.50, $7, .5, 84/2, 3 1/2. A minus counts where nothing stands before it that it could be
 * subtracted from, so 10-15 holds 10 and 15; digits inside a word (CO2) or a version (1.2.3) are none.
 */
const NUMBER = new RegExp(
  String.raw`(?<![\p{L}\d]|\d\.)(?:(?<![).%])[-+])?(?:\p{Sc}[-+]?)?(?:${DIGITS} \d+${UNDER}|(?:${DIGITS}(?:\.\d+)?|(?<!\.)\.\d+)(?:${UNDER})?)`,
  "gu",
);
const VULGAR = /(\d?)([\u00BC-\u00BE\u2150-\u215E])/g;

/** The last number in a text, its notation as it stands there; undefined where there is none. */
export function lastNumber(text: string): Rational | undefined {
  return parse(plain(text).match(NUMBER)?.at(-1));
}

/** The number at the very start of a text. */
export function leadingNumber(text: string): Rational | undefined {
  const line = plain(text);
  const first = line.match(NUMBER)?.[0];
  return first !== undefined && line.startsWith(first) ? parse(first) : undefined;
}

/** The number that a text is, apart from a currency or percent sign, emphasis and a full stop: "$1,200." is 1200, "7 cats" is none. */
export function wholeNumber(text: string): Rational | undefined {
  const bare = plain(text)
    .replace(/[*%`"'_]/g, "")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/\.$/, "");
  const found = bare.match(NUMBER);
  return found?.[0] === bare ? parse(bare) : undefined;
}

/** One text per value: "42", "-3.5" where the decimals end, "1/3" where they do not. */
export function numberText({ numerator, denominator }: Rational): string {
  if (denominator === 1n) return String(numerator);
  const places = decimalPlaces(denominator);
  if (places === undefined) return `${numerator}/${denominator}`;
  const scaled = (numerator < 0n ? -numerator : numerator) * (10n ** BigInt(places) / denominator);
  const digits = String(scaled).padStart(places + 1, "0");
  return `${numerator < 0n ? "-" : ""}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

export function sameNumber(a: Rational | undefined, b: Rational | undefined): boolean {
  return a !== undefined && b !== undefined && a.numerator === b.numerator && a.denominator === b.denominator;
}

/** One kind of minus, of fraction and of thousands mark; LaTeX fractions written out. */
function plain(text: string): string {
  if (!/[\\{\u00BC-\u00BE\u2010-\u2013\u2150-\u215E\u2212\uFE63\uFF0D]/.test(text)) return text;
  return text
    .replace(/[\u2212\u2010-\u2013\uFE63\uFF0D]/g, "-")
    .replace(/\\[dt]?frac\s*\{(\d+)\}\s*\{(\d+)\}/g, "$1/$2")
    .replace(/\{,\}|\\,/g, ",")
    .replaceAll("\\$", "$")
    .replace(VULGAR, (_, digit: string, sign: string) => {
      const fraction = sign.normalize("NFKC").replace("\u2044", "/");
      return digit === "" ? fraction : `${digit} ${fraction}`;
    });
}

function parse(found: string | undefined): Rational | undefined {
  if (found === undefined || found.length > MAX_DIGITS) return undefined;
  if (/^\d+$/.test(found)) return { numerator: BigInt(found), denominator: 1n };
  const bare = found.replace(/[\p{Sc},+]/gu, "");
  const negative = bare.startsWith("-");
  const [first = "", second] = bare.replace(/^-+/, "").split(" ");
  const whole = second === undefined ? fraction(first) : add(fraction(first), fraction(second));
  return negative ? { ...whole, numerator: -whole.numerator } : whole;
}

/** "12", "1.50", ".5" or one of them over a whole number. */
function fraction(text: string): Rational {
  const [top = "", bottom = "1"] = text.split("/");
  const [whole = "", decimals = ""] = top.split(".");
  return reduced(BigInt(whole + decimals), BigInt(bottom) * 10n ** BigInt(decimals.length));
}

function add(a: Rational, b: Rational): Rational {
  return reduced(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

function reduced(numerator: bigint, denominator: bigint): Rational {
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return { numerator: numerator / a, denominator: denominator / a };
}

/** How many decimals 1 / denominator has; undefined where they do not end. */
function decimalPlaces(denominator: bigint): number | undefined {
  let rest = denominator;
  let [twos, fives] = [0, 0];
  for (; rest % 2n === 0n; rest /= 2n) twos += 1;
  for (; rest % 5n === 0n; rest /= 5n) fives += 1;
  return rest === 1n ? Math.max(twos, fives) : undefined;
}
