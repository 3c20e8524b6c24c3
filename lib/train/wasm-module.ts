/** Instructions, as bytes. */
export type Code = readonly number[];

/** A function of a module: its parameters come first among its locals. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly WasmType[];
  readonly result?: WasmType;
  readonly locals?: readonly WasmType[];
  readonly body: Code;
}

export type WasmType = keyof typeof TYPES;

const TYPES = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
const SECTION = { type: 1, function: 3, memory: 5, export: 7, code: 10 } as const;
const [END, LOOP, BRANCH_IF, EMPTY, SIMD] = [0x0b, 0x03, 0x0d, 0x40, 0xfd];

/** Bytes of a module that exports its functions and its memory. @see webassembly.github.io/spec/core/binary */
export function wasmModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const typed = functions.map(({ parameters, result }) => [
    0x60,
    ...list(parameters.map((one) => [TYPES[one]])),
    ...list(result ? [[TYPES[result]]] : []),
  ]);
  const code = functions.map(({ locals = [], body }) => {
    const all = [...list(locals.map((one) => [1, TYPES[one]])), ...body, END];
    return [...unsigned(all.length), ...all];
  });
  const exported = functions.map(({ name }, at) => [...text(name), 0, ...unsigned(at)]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(SECTION.type, list(typed)),
    ...section(SECTION.function, list(functions.map((_, at) => unsigned(at)))),
    ...section(SECTION.memory, list([[0, 1]])),
    ...section(SECTION.export, list([...exported, [...text("memory"), 2, 0]])),
    ...section(SECTION.code, list(code)),
  ]);
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const i32 = (value: number): Code => [0x41, ...signed(value | 0)];
export const f32 = (value: number): Code => [0x43, ...new Uint8Array(new Float32Array([value]).buffer)];
export const addI32 = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const addF64 = (a: Code, b: Code): Code => [...a, ...b, 0xa0];
export const lessU = (a: Code, b: Code): Code => [...a, ...b, 0x49];

/** One instruction on vectors, after its operands. @param after bytes that belong to it (lanes) */
export const simd = (opcode: number, operands: readonly Code[], after: Code = []): Code => [
  ...operands.flat(),
  SIMD,
  ...unsigned(opcode),
  ...after,
];
/** Four numbers from an address that 16 divides. */
export const load = (address: Code): Code => simd(0x00, [address], [4, 0]);
export const store = (address: Code, value: Code): Code => simd(0x0b, [address, value], [4, 0]);

/** Repeats while the condition holds at the end. */
export const repeat = (body: readonly Code[], condition: Code): Code => [
  LOOP,
  EMPTY,
  ...body.flat(),
  ...condition,
  BRANCH_IF,
  0,
  END,
];

function section(id: number, body: Code): Code {
  return [id, ...unsigned(body.length), ...body];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(name: string): Code {
  return list([...new TextEncoder().encode(name)].map((byte) => [byte]));
}

/** LEB128. */
function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

function signed(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  while (rest < -64 || rest > 63) {
    bytes.push((rest & 127) | 128);
    rest >>= 7;
  }
  return [...bytes, rest & 127];
}
