import type { Graph, Node, Value } from "./graph.ts";

/** A sum of rows that is left to the caller: `rows` are to be added to `table`, at the rows that `index` names. */
export interface Peeled {
  /** Outputs of the graph. */
  readonly table: string;
  readonly rows: string;
  /** An input of the graph. */
  readonly index: string;
}

/**
 * Takes the last scatterAdds before an output out of a graph. Onnxruntime 1.30 adds rows on the processor by several threads
 * at once and loses sums where two of them meet; outside it is one loop over few rows.
 */
export function peelScatters(graph: Graph): { readonly graph: Graph; readonly peeled: readonly Peeled[] } {
  const makers = new Map<number, Node>(
    graph.nodes.flatMap((node) => node.outputs.map(({ id }) => [id, node] as const)),
  );
  const inputNames = new Map([...graph.inputs].map(([name, { id }]) => [id, name]));
  const outputs = new Map<string, Value>();
  const peeled: Peeled[] = [];
  const gone = new Set<Node>();
  for (const [name, value] of graph.outputs) {
    let table = value;
    for (let maker = makers.get(table.id); maker?.op.kind === "scatterAdd"; maker = makers.get(table.id)) {
      const [before, index, rows] = maker.inputs as [Value, Value, Value];
      const output = `rows.${rows.id}`; // the embedding's rows go to two tables
      outputs.set(output, rows);
      peeled.push({ table: name, rows: output, index: inputNames.get(index.id) ?? "" });
      gone.add(maker);
      table = before;
    }
    outputs.set(name, table);
  }
  return { graph: { inputs: graph.inputs, outputs, nodes: graph.nodes.filter((node) => !gone.has(node)) }, peeled };
}

/** Adds rows to a table, one after the other: the same bits at any number of threads. */
export function addRows(table: Float32Array, index: ArrayLike<number>, rows: Float32Array): void {
  const width = rows.length / Math.max(1, index.length);
  for (let row = 0; row < index.length; row++) {
    const [to, from] = [(index[row] as number) * width, row * width];
    for (let at = 0; at < width; at++) table[to + at] = (table[to + at] as number) + (rows[from + at] as number);
  }
}
