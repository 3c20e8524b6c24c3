/**
 * The disk: the only folder that touches node:fs. Files are either appended and fsynced, or written whole by draft + rename.
 *
 * @example
 * const disk = memoryDisk();
 * await disk.write("a.jsonl", '{"n":1}\n{"n":2}\n');
 * const rows = await collect(readJsonl(disk, "a.jsonl")); // [{ line: 1, value: { n: 1 } }, { line: 2, value: { n: 2 } }]
 * @module
 */
export { collect } from "./collect.ts";
export type { Appender, Disk, Draft, Lock, Reader } from "./disk.ts";
export { type JsonlLine, lineBlocks, readJsonl, readText } from "./lines.ts";
export { isHeld } from "./lock.ts";
export { type MemoryDisk, memoryDisk } from "./memory-disk.ts";
export { nodeDisk } from "./node-disk.ts";
export { othersMayRead } from "./others-read.ts";
