import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import { z } from "zod";

/** A tensor to write: read when its turn comes, so that one at a time is in memory. */
export interface TensorEntry {
  readonly name: string;
  readonly shape: readonly number[];
  read(): Promise<Float32Array>;
}

/** An open file of tensors. */
export interface TensorFile {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly metadata: Readonly<Record<string, string>>;
  /** As 32-bit numbers, whatever the file holds. */
  read(name: string): Promise<Float32Array>;
  close(): Promise<void>;
}

const BYTES = { F32: 4, F16: 2, BF16: 2 } as const;
const Entry = z.object({
  dtype: z.string(),
  shape: z.array(z.number().int().nonnegative()),
  data_offsets: z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()]),
});
const MOST_HEADER = 100 << 20; // the format's own limit

/** Writes a file of 32-bit tensors, whole or not at all. @see github.com/huggingface/safetensors, "Format" */
export async function writeSafetensors(
  disk: Disk,
  path: string,
  entries: readonly TensorEntry[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  let at = 0;
  const header: Record<string, unknown> = { __metadata__: metadata };
  for (const { name, shape } of entries) {
    const bytes = shape.reduce((n, size) => n * size, 4);
    header[name] = { dtype: "F32", shape, data_offsets: [at, at + bytes] };
    at += bytes;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.length - 8), true);
  start.set(text, 8);
  const draft = await disk.draft();
  try {
    await draft.write(start);
    for (const { name, shape, read } of entries) {
      const data = await read();
      if (data.length !== shape.reduce((n, size) => n * size, 1)) throw new RangeError(`${name} is not [${shape}]`);
      await draft.write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
    await draft.commit(path);
  } catch (error) {
    await draft.discard().catch(() => undefined);
    throw error;
  }
}

/** Opens a file. Throws StudyError "files" where it is no such file, is cut off, or holds a type that is not read here. */
export async function openSafetensors(disk: Disk, path: string): Promise<TensorFile> {
  const wrong = (what: string, cause?: unknown): StudyError =>
    new StudyError("files", `${disk.resolve(path)}: ${what}; fetch or write the file again`, { cause });
  const size = await disk.size(path);
  if (size === undefined) throw wrong("there is no such file");
  const reader = await disk.reader(path);
  try {
    const length = size < 8 ? 0 : Number(new DataView(copy(await reader.readAt(0, 8))).getBigUint64(0, true));
    if (length < 2 || length > Math.min(size - 8, MOST_HEADER)) throw wrong("not a safetensors file");
    const { metadata, entries } = headerOf(new TextDecoder().decode(await reader.readAt(8, length)), wrong);
    const start = 8 + length;
    for (const [
      name,
      {
        dtype,
        shape,
        data_offsets: [from, to],
      },
    ] of entries) {
      const bytes = shape.reduce((n, one) => n * one, widthOf(dtype) ?? 0);
      if (to - from !== bytes && widthOf(dtype)) throw wrong(`${name} has ${to - from} bytes instead of ${bytes}`);
      if (start + to > size) throw wrong(`cut off within ${name}`);
    }
    return {
      metadata,
      shapes: new Map([...entries].map(([name, { shape }]) => [name, shape])),
      read: async (name) => {
        const entry = entries.get(name);
        if (!entry) throw wrong(`no tensor ${name}`);
        const [from, to] = entry.data_offsets;
        if (!widthOf(entry.dtype)) throw wrong(`${name} is ${entry.dtype}; F32, F16 and BF16 are read`);
        return numbers(entry.dtype as keyof typeof BYTES, copy(await reader.readAt(start + from, to - from)));
      },
      close: () => reader.close(),
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

function headerOf(text: string, wrong: (what: string, cause?: unknown) => StudyError) {
  try {
    const { __metadata__, ...rest } = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    const metadata = z.record(z.string(), z.string()).parse(__metadata__ ?? {});
    const entries = new Map(Object.entries(rest).map(([name, entry]) => [name, Entry.parse(entry)] as const));
    return { metadata, entries };
  } catch (cause) {
    throw wrong("its header does not parse", cause);
  }
}

function widthOf(dtype: string): number | undefined {
  return dtype in BYTES ? BYTES[dtype as keyof typeof BYTES] : undefined;
}

function numbers(dtype: keyof typeof BYTES, bytes: ArrayBuffer): Float32Array {
  if (dtype === "F32") return new Float32Array(bytes);
  const halves = new Uint16Array(bytes);
  if (dtype === "F16") return Float32Array.from(halves, half);
  const bits = Uint32Array.from(halves, (x) => x << 16);
  return new Float32Array(bits.buffer);
}

/** IEEE 754 binary16. */
function half(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Bytes that start where their buffer does, as views of wider numbers need. */
function copy(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) return buffer;
  return Uint8Array.from(bytes).buffer;
}
