import { setImmediate as turn } from "node:timers/promises";
import { virtualClock } from "corrigenda/time";
import { describe, expect, it } from "vitest";

describe("virtualClock", () => {
  it("passes a day of sleeps at once and says the time at each", async () => {
    const clock = virtualClock(1000);
    const seen: number[] = [];
    const work = async (): Promise<string> => {
      for (let hour = 0; hour < 24; hour++) {
        await clock.sleep(3_600_000);
        seen.push(clock.now());
      }
      return "done";
    };
    expect(await clock.run(work())).toBe("done");
    expect(seen[0]).toBe(3_601_000);
    expect(seen.at(-1)).toBe(1000 + 24 * 3_600_000);
  });

  it("wakes sleepers by due time, equal ones in the order they lay down", async () => {
    const clock = virtualClock();
    const woke: string[] = [];
    const sleeper = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      woke.push(`${name}@${clock.now()}`);
    };
    await clock.run(
      Promise.all([sleeper("a", 20), sleeper("b", 10), sleeper("c", 10), sleeper("d", -5), sleeper("e", 0)]),
    );
    expect(woke).toEqual(["d@0", "e@0", "b@10", "c@10", "a@20"]);
  });

  it("lets the work of one sleeper end before it wakes the next, also work of two turns of the event loop", async () => {
    const clock = virtualClock();
    const log: string[] = [];
    const slow = async (): Promise<void> => {
      await clock.sleep(10);
      await turn();
      await turn();
      log.push(`slow@${clock.now()}`);
    };
    const next = async (): Promise<void> => {
      await clock.sleep(11);
      log.push(`next@${clock.now()}`);
    };
    await clock.run(Promise.all([slow(), next()]));
    expect(log).toEqual(["slow@10", "next@11"]);
  });

  it("ends a sleep by its signal, before or while it lasts, and leaves nothing behind", async () => {
    const clock = virtualClock();
    const abort = new AbortController();
    const sleeping = clock.sleep(1000, abort.signal);
    abort.abort(new Error("enough"));
    await expect(sleeping).rejects.toMatchObject({ name: "AbortError", cause: { message: "enough" } });
    await expect(clock.sleep(1, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
    await clock.run(clock.sleep(5));
    expect(clock.now()).toBe(5);
  });

  it("passes on a rejection, and says so where no sleep could ever settle the promise", async () => {
    const clock = virtualClock();
    await expect(clock.run(Promise.reject(new Error("broken")))).rejects.toThrow("broken");
    await expect(clock.run(new Promise(() => {}))).rejects.toThrow("nobody sleeps");
  });

  it("refuses a run inside a run", async () => {
    const clock = virtualClock();
    const outer = clock.run(clock.sleep(1).then(() => clock.run(clock.sleep(1))));
    await expect(outer).rejects.toThrow("run() inside run()");
  });
});
