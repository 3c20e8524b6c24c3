import { elements, type Sizes } from "./dim.ts";
import { type MaskKey, thresholdOf } from "./dropout.ts";
import { maskPlaces } from "./executor.ts";
import type { Feed } from "./feeds.ts";
import type { Graph } from "./graph.ts";
import { openKernels, paddedBytes } from "./kernels.ts";

/**
 * Fills the dropout masks of a graph, batch after batch, in one memory that grows to the largest batch: what was filled
 * holds until the next call. The masks are those of `fillMask`.
 */
export function openMasks(graph: Graph, dropout: number) {
  const places = maskPlaces(graph);
  const kernels = openKernels();
  const [threshold, kept] = [thresholdOf(dropout), Math.fround(1 / (1 - dropout))];
  return (sizes: Sizes, keyOf: (place: string) => MaskKey): readonly (readonly [string, Feed])[] => {
    const shapes = places.map(({ shape }) => shape.map((dim) => elements([dim], sizes)));
    const bytes = shapes.map((shape) => paddedBytes(elements(shape)));
    kernels.reach(bytes.reduce((sum, one) => sum + one, 0));
    let start = 0;
    return places.map(({ name }, at) => {
      const [shape, size] = [shapes[at] as readonly number[], bytes[at] as number];
      kernels.mask(start, size, ...keyOf(name), threshold, kept);
      const data = new Float32Array(kernels.memory.buffer, start, elements(shape));
      start += size;
      return [name, { data, shape }] as const;
    });
  };
}
