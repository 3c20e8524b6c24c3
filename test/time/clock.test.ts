import { realClock, scaledClock } from "corrigenda/time";
import { expect, test } from "vitest";

test.each([
  ["the machine's clock", realClock],
  ["a scaled clock", scaledClock(2)],
])("%s sleeps on where a timer could not hold the time, until it is stopped", async (_name, clock) => {
  const stop = new AbortController();
  const sleeping = clock.sleep(60 * 86_400_000 * 2, stop.signal).then(() => "awake");
  const soon = clock.sleep(20).then(() => "asleep");
  expect(await Promise.race([sleeping, soon])).toBe("asleep");
  stop.abort();
  await expect(sleeping).rejects.toThrow();
});
