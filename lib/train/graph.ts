import type { Dim } from "./dim.ts";

/** A tensor of a graph: "i32" holds places and token ids, "f32" everything else. */
export interface Value {
  readonly id: number;
  readonly type: "f32" | "i32";
  readonly shape: readonly Dim[];
}

/** One operation. Every executor knows these twenty-one and no others. */
export type Op =
  | { readonly kind: "add" | "sub" | "mul" }
  | { readonly kind: "scale"; readonly by: number }
  /** Two matrices, or stacks of them; a third input is added (a bias, or what was summed so far). */
  | { readonly kind: "matmul"; readonly transposeA: boolean; readonly transposeB: boolean }
  /** Over the last axis. */
  | { readonly kind: "softmax" }
  /** Over the last axis; gives y, the mean and one over the standard deviation. */
  | { readonly kind: "layerNorm"; readonly epsilon: number }
  /** Over one axis, which stays with size 1 where `keep` is set. */
  | { readonly kind: "sum"; readonly axis: number; readonly keep: boolean }
  /** Rows of a table. */
  | { readonly kind: "gather" }
  /** A table to whose rows other rows are added; a row may be named more than once. */
  | { readonly kind: "scatterAdd" }
  /** One column of each row. */
  | { readonly kind: "pick" }
  /** -ln x, at most 87.3 (the smallest normal number of 32 bits). */
  | { readonly kind: "negLog" }
  | { readonly kind: "reshape" }
  | { readonly kind: "transpose"; readonly order: readonly number[] }
  /** Equal parts of the last axis. */
  | { readonly kind: "split"; readonly parts: number }
  | { readonly kind: "concat"; readonly axis: number }
  | { readonly kind: "zeros" }
  /** GPT-2's: 0.5 x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))). */
  | { readonly kind: "gelu" }
  /** Of x and the gradient of gelu(x): the gradient of x. */
  | { readonly kind: "geluGrad" }
  /** Of all gradients: their norm, and the factor that brings it to `most` (1 where it is below). */
  | { readonly kind: "clip"; readonly most: number }
  /** Of w, m, v, gradient, clip factor, step size, root correction, keep: the new w, m, v. */
  | { readonly kind: "adamw"; readonly beta1: number; readonly beta2: number; readonly epsilon: number };

export interface Node {
  readonly op: Op;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
}

/** Operations in an order in which they can run. */
export interface Graph {
  readonly inputs: ReadonlyMap<string, Value>;
  readonly outputs: ReadonlyMap<string, Value>;
  readonly nodes: readonly Node[];
}
