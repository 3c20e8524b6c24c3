import { memoryDisk } from "corrigenda/files";
import { expect, test } from "vitest";
import { crc32c } from "../../lib/train/crc32c.ts";
import { openEvents } from "../../lib/train/tensorboard.ts";

/** Fields of a protobuf message, read by the published rules and not by the writer's code. */
function fieldsOf(bytes: Buffer): Map<number, (number | bigint | Buffer)[]> {
  const found = new Map<number, (number | bigint | Buffer)[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] as number;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [field, wire] = [tag >> 3, tag & 7];
    const size = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? Number(varint()) : 0;
    const start = at;
    at += size;
    const value =
      wire === 0
        ? varint()
        : wire === 1
          ? bytes.readDoubleLE(start)
          : wire === 5
            ? bytes.readFloatLE(start)
            : bytes.subarray(start, at);
    found.set(field, [...(found.get(field) ?? []), value]);
  }
  return found;
}

/** Records of an event file; throws at a checksum that is wrong. CRC-32C by its table of 16 entries, unlike the writer. */
function recordsOf(file: Buffer): Buffer[] {
  const table = Array.from({ length: 16 }, (_, n) =>
    [...Array(4)].reduce((c: number) => (c & 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1), n),
  );
  const crc = (bytes: Buffer): number => {
    let c = 0xffffffff;
    for (const byte of bytes)
      for (const part of [byte & 15, byte >> 4]) c = (c >>> 4) ^ (table[(c ^ part) & 15] as number);
    return ~c >>> 0;
  };
  const unmask = (masked: number): number => {
    const turned = (masked - 0xa282ead8) >>> 0;
    return ((turned >>> 17) | (turned << 15)) >>> 0;
  };
  const records: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    const body = file.subarray(at + 12, at + 12 + length);
    if (unmask(file.readUInt32LE(at + 8)) !== crc(file.subarray(at, at + 8))) throw new Error("length checksum");
    if (unmask(file.readUInt32LE(at + 12 + length)) !== crc(body)) throw new Error("content checksum");
    records.push(body);
    at += 16 + length;
  }
  return records;
}

test("an event file reads back: version, start of the session, scalars by tag, every checksum right", async () => {
  const disk = memoryDisk();
  const events = await openEvents(disk, "tb", 13, 1_700_000_000.5);
  await events.scalars(13, 1_700_000_001, { "train/loss": 2.5, "train/rate": 5e-5 });
  await events.scalars(300, 1_700_000_002, { "validation/loss": -1 });
  await events.close();
  const [name = ""] = await disk.list("tb");
  expect(name).toMatch(/^events\.out\.tfevents\.1700000000\./);
  const parts: Uint8Array[] = [];
  for await (const part of disk.read(`tb/${name}`)) parts.push(part);
  const [version, start, ...scalars] = recordsOf(Buffer.concat(parts)).map(fieldsOf);
  expect([version?.get(1), String(version?.get(3)?.[0])]).toEqual([[1_700_000_000.5], "brain.Event:2"]);
  expect([start?.get(2), fieldsOf(start?.get(7)?.[0] as Buffer).get(1)]).toEqual([[13n], [1n]]);
  const shown = scalars.map((event) => ({
    at: [event.get(1)?.[0], event.get(2)?.[0]],
    values: fieldsOf(event.get(5)?.[0] as Buffer)
      .get(1)
      ?.map((value) => {
        const fields = fieldsOf(value as Buffer);
        return [String(fields.get(1)?.[0]), fields.get(2)?.[0]];
      }),
  }));
  expect(shown).toEqual([
    {
      at: [1_700_000_001, 13n],
      values: [
        ["train/loss", 2.5],
        ["train/rate", Math.fround(5e-5)],
      ],
    },
    { at: [1_700_000_002, 300n], values: [["validation/loss", -1]] },
  ]);
});

test("CRC-32C has the values of RFC 3720, B.4", () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, at) => at))).toBe(0x46dd794e);
});
