/** A binary min-heap of numbers. */
export interface Heap {
  push(key: number): void;
  /** The smallest key; undefined when empty. */
  pop(): number | undefined;
}

export function minHeap(): Heap {
  const keys: number[] = [];
  const at = (index: number): number => keys[index] ?? Number.POSITIVE_INFINITY;
  return {
    push(key) {
      let index = keys.length;
      keys.push(key);
      while (index > 0) {
        const parent = (index - 1) >> 1;
        if (at(parent) <= key) break;
        keys[index] = at(parent);
        index = parent;
      }
      keys[index] = key;
    },
    pop() {
      const first = keys[0];
      const last = keys.pop();
      if (last === undefined || keys.length === 0) return first;
      let index = 0;
      for (let child = 1; child < keys.length; child = 2 * index + 1) {
        if (at(child + 1) < at(child)) child += 1;
        if (at(child) >= last) break;
        keys[index] = at(child);
        index = child;
      }
      keys[index] = last;
      return first;
    },
  };
}
