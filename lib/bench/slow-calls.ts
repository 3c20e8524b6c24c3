import type { Disk } from "corrigenda/files";
import type { Provider } from "corrigenda/provider";
import { realClock } from "corrigenda/time";
import { keptCalls } from "./kept-calls.ts";

export interface SlowCalls {
  readonly disk: Disk;
  readonly provider: Provider;
  /** Names the journal; other names ask other questions. */
  readonly name: string;
  readonly calls: number;
  readonly inFlight: number;
  /** That each call waits before it is sent, ms. */
  readonly latencyMs: number;
}

/** Seconds that so many calls take, kept as a real run keeps them. Throws where one fails. */
export async function slowCalls({ disk, provider, name, calls, inFlight, latencyMs }: SlowCalls): Promise<number> {
  const complete: Provider["complete"] = async (wire, signal) => {
    if (latencyMs > 0) await realClock.sleep(latencyMs, signal);
    return provider.complete(wire, signal);
  };
  const start = realClock.now();
  let next = 0;
  await keptCalls({ disk, provider: { ...provider, complete }, concurrency: inFlight, name }, async (ask) => {
    const loop = async (): Promise<void> => {
      while (next < calls) {
        const messages = [{ role: "user" as const, content: `${name} ${next++}` }];
        if (!(await ask({ model: "gpt-4o-mini", messages, format: "chat" })).ok) throw new Error("a call failed");
      }
    };
    await Promise.all(Array.from({ length: inFlight }, loop));
  });
  return (realClock.now() - start) / 1_000;
}
