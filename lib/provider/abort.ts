const watched = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `stop` when the signal aborts, at once where it has. Thousands of calls may share one signal: it gets one
 * listener, since each of its own costs as long as there are many. Returns the function that forgets `stop`.
 */
export function whenAborted(signal: AbortSignal, stop: () => void): () => void {
  if (signal.aborted) {
    stop();
    return () => {};
  }
  const stops = watched.get(signal) ?? watch(signal);
  stops.add(stop);
  return () => void stops.delete(stop);
}

function watch(signal: AbortSignal): Set<() => void> {
  const stops = new Set<() => void>();
  watched.set(signal, stops);
  signal.addEventListener("abort", () => [...stops].forEach((stop) => void stop()), { once: true });
  return stops;
}
