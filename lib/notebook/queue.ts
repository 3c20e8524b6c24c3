/** Requests that are answered one after the other. */
export interface Queue<T> {
  add(request: T): void;
  /** Settles when nothing waits. */
  idle(): Promise<void>;
}

/** How requests are answered. */
export interface Work<T> {
  /** True when those that wait now, and depend on this one, are to be passed over. */
  answer(request: T): Promise<boolean>;
  /** True where a request depends on the ones before it. */
  depends(request: T): boolean;
  passOver(request: T): Promise<void>;
}

export function createQueue<T>({ answer, depends, passOver }: Work<T>): Queue<T> {
  const waiting: { readonly request: T; passed: boolean }[] = [];
  let last = Promise.resolve();
  const next = async (): Promise<void> => {
    const one = waiting.shift();
    if (!one) return;
    if (one.passed) await passOver(one.request);
    else if (await answer(one.request)) for (const later of waiting) later.passed = depends(later.request);
  };
  return {
    add: (request) => {
      waiting.push({ request, passed: false });
      last = last.then(next);
    },
    idle: async () => {
      while (waiting.length > 0) await last;
      await last;
    },
  };
}
