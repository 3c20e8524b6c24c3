const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The bytes of a top-level member's value in the text of a JSON object that is known to parse. */
export function memberBytes(json: Buffer, name: string): Buffer | undefined {
  let at = skipBlanks(json, skipBlanks(json, 0) + 1);
  while (at < json.length && json[at] === QUOTE) {
    const keyEnd = stringEnd(json, at);
    const key: unknown = JSON.parse(json.toString("utf8", at, keyEnd));
    const start = skipBlanks(json, skipBlanks(json, keyEnd) + 1); // past the colon
    const end = valueEnd(json, start);
    if (key === name) return json.subarray(start, end);
    at = skipBlanks(json, skipBlanks(json, end) + 1); // past the comma
  }
  return undefined;
}

function skipBlanks(json: Buffer, from: number): number {
  let at = from;
  while (at < json.length && isBlank(json[at])) at += 1;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function stringEnd(json: Buffer, start: number): number {
  for (let quote = json.indexOf(QUOTE, start + 1); quote >= 0; quote = json.indexOf(QUOTE, quote + 1)) {
    let first = quote;
    while (json[first - 1] === BACKSLASH) first -= 1;
    if ((quote - first) % 2 === 0) return quote + 1;
  }
  return json.length;
}

function valueEnd(json: Buffer, start: number): number {
  const opener = json[start];
  if (opener === QUOTE) return stringEnd(json, start);
  if (opener !== 0x7b && opener !== 0x5b) return scalarEnd(json, start);
  let depth = 0;
  for (let at = start; at < json.length; at += 1) {
    const byte = json[at];
    if (byte === QUOTE) at = stringEnd(json, at) - 1;
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return json.length;
}

function scalarEnd(json: Buffer, start: number): number {
  let at = start;
  while (at < json.length && json[at] !== 0x2c && json[at] !== 0x7d && json[at] !== 0x5d && !isBlank(json[at])) at += 1;
  return at;
}
