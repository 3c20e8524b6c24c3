import type { Json, JsonObject } from "corrigenda/json";
import { type Refusal, refuse } from "./wire.ts";

const DIMENSIONS = 256;
const GRAM = 3;

/** What a body of /v1/embeddings asks for. */
export interface EmbeddingsAsked {
  readonly texts: readonly string[];
  readonly base64: boolean;
}

export function readEmbeddings(body: JsonObject): EmbeddingsAsked | Refusal {
  const texts: readonly Json[] = Array.isArray(body.input) ? body.input : [body.input ?? ""];
  if (texts.length === 0 || !texts.every((text) => typeof text === "string" && text !== "")) {
    return refuse("Invalid 'input': expected a text or a list of texts, none empty.", "input", "invalid_value");
  }
  if (texts.length > 2048) return refuse("Invalid 'input': expected at most 2048 texts.", "input", "invalid_value");
  return { texts: texts as readonly string[], base64: body.encoding_format === "base64" };
}

/**
 * A vector of length 1 with 256 dimensions: each 3-gram of the text adds +1 or -1 at its hash, so texts that share
 * words lie close together.
 */
export function embed(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  const padded = ` ${text.toLowerCase()} `;
  for (let start = 0; start + GRAM <= padded.length; start += 1) {
    const hash = fnv1a(padded, start, start + GRAM);
    const at = hash % DIMENSIONS;
    vector[at] = (vector[at] ?? 0) + (hash & 0x10000 ? 1 : -1);
  }
  const length = Math.hypot(...vector);
  if (length === 0) vector[0] = 1;
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** Little-endian float32 bytes, as the service sends them. */
export function toBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => {
    bytes.writeFloatLE(value, index * 4);
  });
  return bytes.toString("base64");
}

/** FNV-1a, 32 bits. @see http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv1a(text: string, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
