import type { Disk } from "corrigenda/files";
import { crc32c } from "./crc32c.ts";
import { type Message, message } from "./protobuf.ts";

/** A TensorBoard event file that is being written. */
export interface EventFile {
  /** @param seconds since 1970 */
  scalars(step: number, seconds: number, values: Readonly<Record<string, number>>): Promise<void>;
  close(): Promise<void>;
}

const START = 1;

/**
 * Starts an event file in a folder, one per start of a run: TensorBoard reads them together, and what an earlier one says
 * of steps from `fromStep` on is forgotten. @see tensorflow/core/util/event.proto and tensorflow/core/lib/io/record_writer.h
 */
export async function openEvents(disk: Disk, folder: string, fromStep: number, seconds: number): Promise<EventFile> {
  const name = `events.out.tfevents.${String(Math.floor(seconds)).padStart(10, "0")}.corrigenda.${fromStep}`;
  const file = await disk.append(`${folder}/${name}`, "bytes");
  if (file.size === 0) await file.write(record(message().double(1, seconds).bytes(3, "brain.Event:2")));
  await file.write(record(event(seconds, fromStep).bytes(7, message().int(1, START))));
  return {
    scalars: async (step, at, values) => {
      const summary = message();
      for (const [tag, value] of Object.entries(values)) summary.bytes(1, message().bytes(1, tag).float(2, value));
      await file.write(record(event(at, step).bytes(5, summary)));
    },
    close: () => file.close(),
  };
}

function event(seconds: number, step: number): Message {
  return message().double(1, seconds).int(2, step);
}

/** Length and content, each with its masked checksum. */
function record(content: Message): Uint8Array {
  const body = content.done();
  const bytes = new Uint8Array(16 + body.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(body.length), true);
  view.setUint32(8, masked(bytes.subarray(0, 8)), true);
  bytes.set(body, 12);
  view.setUint32(12 + body.length, masked(body), true);
  return bytes;
}

/** Rotated by 15 bits, plus a constant: a checksum of data that holds checksums. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
