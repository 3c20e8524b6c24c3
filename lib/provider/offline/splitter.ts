/** Cuts the elements out of the array `requests` of a JSON object that arrives in pieces. */
export interface Splitter {
  /** The elements (objects, as their bytes) that this piece completes. */
  push(piece: Buffer): Buffer[];
  /** True when the object has ended and had an array `requests`. */
  readonly whole: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Memory is one element. What is inside an element is not looked at: each is parsed by whoever takes it. */
export function requestSplitter(): Splitter {
  let [depth, inString, escaped, inArray, seen] = [0, false, false, false, false];
  let key = "";
  let held: Buffer[] = [];
  const push = (piece: Buffer): Buffer[] => {
    const elements: Buffer[] = [];
    let start = held.length > 0 ? 0 : -1;
    for (let at = 0; at < piece.length; at += 1) {
      const byte = piece[at] as number;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        if (inString && depth === 1 && key.length < 16) key += String.fromCharCode(byte);
      } else if (byte === QUOTE) {
        inString = true;
        if (depth === 1) key = "";
      } else if (byte === 0x7b || byte === 0x5b) {
        depth += 1;
        if (depth === 2 && byte === 0x5b && key === "requests") [inArray, seen] = [true, true];
        if (depth === 3 && inArray) start = at;
      } else if (byte === 0x7d || byte === 0x5d) {
        depth -= 1;
        if (depth === 1) inArray = false;
        if (depth === 2 && inArray && start >= 0) {
          elements.push(Buffer.concat([...held, piece.subarray(start, at + 1)]));
          [held, start] = [[], -1];
        }
      }
    }
    if (start >= 0) held.push(piece.subarray(start));
    return elements;
  };
  return {
    push,
    get whole() {
      return seen && depth === 0 && !inString;
    },
  };
}
