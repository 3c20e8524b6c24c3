/** Events by time; those of one time come in the order in which they were added. */
export interface EventQueue {
  /** @param value [integer >= 0] what happens */
  add(at: number, value: number): void;
  /** The next event's time and value, or undefined where none is left. */
  take(): { readonly at: number; readonly value: number } | undefined;
}

/** A binary heap. */
export function eventQueue(): EventQueue {
  const [times, orders, values]: [number[], number[], number[]] = [[], [], []];
  let added = 0;
  const isBefore = (a: number, b: number): boolean => {
    const [ta, tb] = [times[a] as number, times[b] as number];
    return ta < tb || (ta === tb && (orders[a] as number) < (orders[b] as number));
  };
  const swap = (a: number, b: number): void => {
    for (const column of [times, orders, values]) [column[a], column[b]] = [column[b] as number, column[a] as number];
  };
  const sink = (): void => {
    for (let at = 0; ; ) {
      let first = at;
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < times.length && isBefore(child, first)) first = child;
      if (first === at) return;
      swap(at, first);
      at = first;
    }
  };
  return {
    add: (at, value) => {
      times.push(at);
      orders.push(added++);
      values.push(value);
      for (let child = times.length - 1; child > 0; ) {
        const parent = (child - 1) >> 1;
        if (!isBefore(child, parent)) return;
        swap(child, parent);
        child = parent;
      }
    },
    take: () => {
      const [at, value] = [times[0], values[0]];
      if (at === undefined || value === undefined) return undefined;
      swap(0, times.length - 1);
      for (const column of [times, orders, values]) column.pop();
      sink();
      return { at, value };
    },
  };
}
