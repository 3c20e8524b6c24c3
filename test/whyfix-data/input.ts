import type { DataInput } from "corrigenda/dataset";

/** A file in memory, handed over in parts of `size` bytes. */
export function inputOf(content: string | Uint8Array, file = "test.txt", size = 1 << 20): DataInput {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  return { file, bytes: parts() };
}
