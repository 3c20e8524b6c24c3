import type { Json } from "./canonical.ts";

/** JSON.parse as a value: the parsed JSON, or undefined where the text is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
