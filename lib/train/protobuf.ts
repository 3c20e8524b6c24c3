/** A protobuf message being written: numbers, texts, bytes and messages, by field number. @see protobuf.dev/programming-guides/encoding */
export interface Message {
  int(field: number, value: number | bigint): Message;
  /** 32 bits. */
  float(field: number, value: number): Message;
  double(field: number, value: number): Message;
  bytes(field: number, value: string | Uint8Array | Message): Message;
  /** Repeated numbers, packed. */
  ints(field: number, values: readonly (number | bigint)[]): Message;
  done(): Uint8Array<ArrayBuffer>;
}

const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5];

export function message(): Message {
  const parts: Uint8Array[] = [];
  const tag = (field: number, wire: number): void => {
    parts.push(varint(field * 8 + wire));
  };
  const own: Message = {
    int: (field, value) => {
      tag(field, VARINT);
      parts.push(varint(value));
      return own;
    },
    float: (field, value) => {
      tag(field, FIXED32);
      parts.push(new Uint8Array(new Float32Array([value]).buffer));
      return own;
    },
    double: (field, value) => {
      tag(field, FIXED64);
      parts.push(new Uint8Array(new Float64Array([value]).buffer));
      return own;
    },
    bytes: (field, value) => {
      const body = typeof value === "string" ? new TextEncoder().encode(value) : bytesOf(value);
      tag(field, LENGTH);
      parts.push(varint(body.length), body);
      return own;
    },
    ints: (field, values) => own.bytes(field, join(values.map(varint))),
    done: () => join(parts),
  };
  return own;
}

function bytesOf(value: Uint8Array | Message): Uint8Array {
  return value instanceof Uint8Array ? value : value.done();
}

/** Little-endian groups of seven bits; a negative number takes ten bytes. */
function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
