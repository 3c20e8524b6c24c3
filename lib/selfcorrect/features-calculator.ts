/**
 * How many `<<a=b>>` annotations of a text do not add up; those that hold anything but a sum are passed over. A result that
 * was rounded or cut off at its last digit is right. Source of the notation: Cobbe et al. 2021, arXiv:2110.14168, §3.
 */
export function calculatorFaults(text: string): number {
  let faults = 0;
  for (let start = text.indexOf("<<"); start >= 0; start = text.indexOf("<<", start + 2)) {
    const end = text.indexOf(">>", start);
    if (end < 0) break;
    if (isFault(text.slice(start + 2, end))) faults += 1;
  }
  return faults;
}

/** The longest annotation that is read: real ones have some 20 characters. */
const MOST_CHARS = 200;

function isFault(annotation: string): boolean {
  const equals = annotation.lastIndexOf("=");
  if (equals < 0 || annotation.length > MOST_CHARS) return false;
  const result = annotation.slice(equals + 1).replace(/[\s,$]/g, "");
  if (!/^-?(\d+\.?\d*|\.\d+)$/.test(result)) return false;
  const value = sumOf(annotation.slice(0, equals));
  if (value === undefined) return false;
  const decimals = result.includes(".") ? result.length - result.indexOf(".") - 1 : 0;
  return Math.abs(value - Number(result)) >= 10 ** -decimals * (1 - 1e-9);
}

/** The value of numbers, + - * / ( ) and %, or undefined for anything else. */
function sumOf(text: string): number | undefined {
  const tokens = text.replace(/[\s,$]/g, "").match(/\d+\.?\d*|\.\d+|\S/g) ?? [];
  let at = 0;
  const atom = (): number => {
    const token = tokens[at++];
    if (token === "-") return -atom();
    if (token === "+") return atom();
    if (token === "(") {
      const inner = terms();
      return tokens[at++] === ")" ? percent(inner) : Number.NaN;
    }
    return percent(token === undefined ? Number.NaN : Number(token));
  };
  const percent = (value: number): number => {
    if (tokens[at] !== "%") return value;
    at += 1;
    return value / 100;
  };
  const factors = (): number => {
    let value = atom();
    while (tokens[at] === "*" || tokens[at] === "/") value = tokens[at++] === "*" ? value * atom() : value / atom();
    return value;
  };
  const terms = (): number => {
    let value = factors();
    while (tokens[at] === "+" || tokens[at] === "-")
      value = tokens[at++] === "+" ? value + factors() : value - factors();
    return value;
  };
  const value = terms();
  return at === tokens.length && Number.isFinite(value) ? value : undefined;
}
