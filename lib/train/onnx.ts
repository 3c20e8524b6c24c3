import type { Dim } from "./dim.ts";
import type { Graph, Value } from "./graph.ts";
import { emitOp } from "./onnx-ops.ts";
import { type Message, message } from "./protobuf.ts";

/** A graph as ONNX, and the shapes that have to be fed with each batch as int64 inputs. */
export interface Onnx {
  readonly bytes: Uint8Array;
  /** Input name to shape: for reshapes to more than one size that only the batch knows. */
  readonly shapeInputs: ReadonlyMap<string, readonly Dim[]>;
}

/** What an operation is written with. Names stand for tensors. */
export interface OnnxWriter {
  node(type: string, inputs: readonly string[], outputs: readonly string[], attributes?: Attributes): void;
  /** The same with one new output. */
  one(type: string, inputs: readonly string[], attributes?: Attributes): string;
  float(value: number): string;
  ints(values: readonly number[]): string;
  /** A shape as an int64 tensor. */
  shape(dims: readonly Dim[]): string;
}

export type Attributes = Readonly<Record<string, number | string | readonly number[] | { readonly float: number }>>;

// Opset 20 is the first with Gelu. @see onnx.ai/onnx/operators
const [IR_VERSION, OPSET] = [9, 20];
const TYPE = { f32: 1, i32: 6, i64: 7 } as const;
const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** Writes a graph in the binary ONNX format. @see github.com/onnx/onnx/blob/main/onnx/onnx.proto */
export function toOnnx({ inputs, outputs, nodes }: Graph): Onnx {
  const body = message().bytes(2, "step");
  const shapeInputs = new Map<string, readonly Dim[]>();
  const names = new Map<number, string>();
  for (const [name, { id }] of inputs) names.set(id, name);
  for (const [name, { id }] of outputs) names.set(id, name);
  const nameOf = ({ id }: Value): string => names.get(id) ?? `v${id}`;
  const writer = writerOn(body, shapeInputs);
  const sources = new Set([...inputs.values()].map(({ id }) => id));
  for (const node of nodes) emitOp(writer, { ...node, from: node.inputs.map(nameOf), to: node.outputs.map(nameOf) });
  for (const [name, value] of inputs) body.bytes(11, valueInfo(name, value.type, value.shape));
  for (const [name, dims] of shapeInputs) body.bytes(11, valueInfo(name, "i64", [dims.length]));
  for (const [name, value] of outputs) {
    if (sources.has(value.id)) throw new RangeError(`output ${name} is an input`);
    body.bytes(12, valueInfo(name, value.type, value.shape));
  }
  const opset = message().bytes(1, "").int(2, OPSET);
  return { bytes: message().int(1, IR_VERSION).bytes(7, body).bytes(8, opset).done(), shapeInputs };
}

function writerOn(body: Message, shapeInputs: Map<string, readonly Dim[]>): OnnxWriter {
  let count = 0;
  const constants = new Set<string>();
  const constant = (name: string, type: keyof typeof TYPE, dims: readonly number[], raw: ArrayBuffer): string => {
    if (constants.has(name)) return name;
    constants.add(name);
    const tensor = message().ints(1, dims).int(2, TYPE[type]).bytes(8, name).bytes(9, new Uint8Array(raw));
    body.bytes(5, tensor);
    return name;
  };
  const node: OnnxWriter["node"] = (type, inputs, outputs, attributes = {}) => {
    const made = message();
    for (const input of inputs) made.bytes(1, input);
    for (const output of outputs) made.bytes(2, output);
    made.bytes(3, `n${count++}`).bytes(4, type);
    for (const [name, value] of Object.entries(attributes)) made.bytes(5, attribute(name, value));
    body.bytes(1, made);
  };
  const ints = (values: readonly number[]): string =>
    constant(`i:${values.join()}`, "i64", [values.length], new BigInt64Array(values.map(BigInt)).buffer);
  return {
    node,
    one: (type, inputs, attributes) => {
      const output = `t${count}`;
      node(type, inputs, [output], attributes);
      return output;
    },
    float: (value) => constant(`f:${value}`, "f32", [], new Float32Array([value]).buffer),
    ints,
    shape: (dims) => {
      const open = dims.filter((dim) => typeof dim === "string");
      if (open.length <= 1) return ints(dims.map((dim) => (typeof dim === "number" ? dim : -1)));
      const name = `shape:${dims.join()}`;
      shapeInputs.set(name, dims);
      return name;
    },
  };
}

function attribute(name: string, value: Attributes[string]): Message {
  const made = message().bytes(1, name);
  if (typeof value === "number") return made.int(3, value).int(20, ATTRIBUTE.int);
  if (typeof value === "string") return made.bytes(4, value).int(20, ATTRIBUTE.string);
  if ("float" in value) return made.float(2, value.float).int(20, ATTRIBUTE.float);
  for (const one of value) made.int(8, one);
  return made.int(20, ATTRIBUTE.ints);
}

function valueInfo(name: string, type: keyof typeof TYPE, shape: readonly Dim[]): Message {
  const dims = message();
  for (const dim of shape) dims.bytes(1, typeof dim === "number" ? message().int(1, dim) : message().bytes(2, dim));
  const tensor = message().int(1, TYPE[type]).bytes(2, dims);
  return message().bytes(1, name).bytes(2, message().bytes(1, tensor));
}
