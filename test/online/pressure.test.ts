import { StudyError } from "corrigenda/error";
import { type HttpReply, requestKey } from "corrigenda/provider";
import { virtualClock } from "corrigenda/time";
import { describe, expect, it } from "vitest";
import { answer, cut, hang, numbers, prompt, ran, refusal, service, values } from "./fixture.ts";

const upper = (rows: readonly string[]): string[] => rows.map((row) => row.toUpperCase());

describe("a service that says: too many requests", () => {
  it.each([
    ["retry-after", "120", 120_000],
    ["retry-after", "1.5", 1500],
    ["retry-after-ms", "250", 250],
    ["retry-after", "86400", 86_400_000],
    ["retry-after", String(40 * 86_400), 40 * 86_400_000],
  ])("is left alone by all workers for as long as it asks (%s: %s)", async (name, value, ms) => {
    const virtual = virtualClock();
    const sleeps: number[] = [];
    const sleep = (msToSleep: number, signal?: AbortSignal): Promise<void> => {
      sleeps.push(msToSleep);
      return virtual.sleep(msToSleep, signal);
    };
    const times: number[] = [];
    const toy = service(async (content, nth) => {
      times.push(virtual.now());
      await virtual.sleep(1);
      return content === "r1" && nth === 1 ? refusal(429, { [name]: value }) : answer(content);
    });
    const clock = { now: virtual.now, sleep };
    const run = await ran(numbers(12), toy, { virtual, clock, concurrency: 3, maxAttempts: 1 });
    expect(values(run)).toEqual(upper(numbers(12)));
    expect(times.filter((at) => at > 1 && at < 1 + ms)).toEqual([]);
    expect(times.find((at) => at > 1)).toBe(1 + ms);
    expect(run.notices).toContainEqual({ t: "pause", why: "throttled", ms });
    // What setTimeout can hold: a longer sleep would end at once.
    expect(Math.max(...sleeps)).toBeLessThan(2 ** 31);
  });

  it("is left alone until a date, counted by its own clock", async () => {
    const toy = service((content, nth) =>
      nth > 1
        ? answer(content)
        : refusal(429, { "retry-after": "Sat, 21 Nov 2026 10:02:00 GMT", date: "Sat, 21 Nov 2026 10:00:00 GMT" }),
    );
    expect((await ran(["a"], toy)).ms).toBe(120_000);
  });

  it("is asked ever more rarely where it names no time", async () => {
    const clock = virtualClock();
    const times: number[] = [];
    const toy = service((content, nth) => {
      times.push(clock.now());
      return nth <= 12 ? refusal(429) : answer(content);
    });
    const run = await ran(["a"], toy, { virtual: clock, maxAttempts: 2 });
    expect(values(run)).toEqual(["A"]);
    const waits = times.slice(1).map((at, place) => at - (times[place] ?? 0));
    waits.forEach((wait, place) => {
      expect(wait).toBeLessThanOrEqual(Math.min(60_000, 500 * 2 ** place) + 1);
    });
    const sum = (from: number, to: number): number => waits.slice(from, to).reduce((a, b) => a + b, 0);
    expect(sum(8, 12)).toBeGreaterThan(10 * sum(0, 4));
  });

  it.each([
    ["states nothing", false, 2 * 200],
    ["states what remains", true, 20],
  ])("loses no row where 60 a minute are served by a service that %s", async (_name, isOpen, mostRefused) => {
    const clock = virtualClock();
    const most = 5;
    let [level, at, refused] = [most, clock.now(), 0];
    const serve = (): boolean => {
      level = Math.min(most, level + (clock.now() - at) / 1000);
      at = clock.now();
      if (level < 1) return false;
      level -= 1;
      return true;
    };
    const toy = service(async (content): Promise<HttpReply> => {
      const isServed = serve();
      refused += isServed ? 0 : 1;
      const left = String(Math.floor(level));
      const stated = { "x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": left };
      const headers = isOpen ? stated : {};
      await clock.sleep(300);
      return isServed ? answer(content, headers) : refusal(429, { "retry-after": "1", ...headers });
    });
    const run = await ran(numbers(200), toy, { virtual: clock, concurrency: 20 });
    expect(values(run)).toEqual(upper(numbers(200)));
    expect(run.ms).toBeGreaterThan(195_000);
    expect(run.ms).toBeLessThan(260_000);
    expect(refused).toBeLessThan(mostRefused);
  });

  it("halves the calls in flight once for a burst of refusals, and comes back half the way each round", async () => {
    const clock = virtualClock();
    const toy = service(async (content) => {
      const isEarly = clock.now() < 5;
      await clock.sleep(10);
      return isEarly ? refusal(429, { "retry-after": "1" }) : answer(content);
    });
    const run = await ran(numbers(100), toy, { virtual: clock, concurrency: 16 });
    expect(run.notices.filter(({ t }) => t === "concurrency")).toEqual(
      [8, 12, 14, 15].map((calls) => ({ t: "concurrency", calls })),
    );
    expect(values(run)).toEqual(upper(numbers(100)));
  });

  it("goes down to one call at a time and no further", async () => {
    const clock = virtualClock();
    const toy = service((content, nth) => (nth <= 7 ? refusal(429, { "retry-after": "1" }) : answer(content)));
    const run = await ran(["a"], toy, { virtual: clock, concurrency: 16 });
    const windows = run.notices.flatMap((notice) => (notice.t === "concurrency" ? [notice.calls] : []));
    expect(windows.slice(0, 4)).toEqual([8, 4, 2, 1]);
    expect(Math.min(...windows)).toBe(1);
  });

  it("ends the run after 20 pauses without one reply; nothing is lost", async () => {
    let isOpen = false;
    const toy = service((content) => (isOpen ? answer(content) : refusal(429)));
    const run = await ran(numbers(5), toy);
    expect(run.error).toMatchObject({
      code: "provider",
      message:
        'toy has said "too many requests" through 20 pauses in a row: its limit may be per day, or used up elsewhere; try later. ' +
        "Every reply received is kept; the same command goes on from there.",
    });
    expect(run.outcomes).toEqual([]);
    isOpen = true;
    expect(values(await ran(numbers(5), toy, { kept: run.kept }))).toEqual(upper(numbers(5)));
  });

  it("fails only the row that is too large for the limit by itself", async () => {
    const toy = service((content) =>
      content === "r1"
        ? {
            status: 429,
            headers: {},
            text: '{"error":{"code":"rate_limit_exceeded","message":"Request too large for toy"}}',
          }
        : answer(content),
    );
    expect(values(await ran(numbers(3), toy))).toEqual(["R0", "provider 429", "R2"]);
  });

  it("holds back by the tokens and requests that its headers state", async () => {
    const clock = virtualClock();
    const times: number[] = [];
    const toy = service((content) => {
      times.push(clock.now());
      return answer(content, {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": String(Math.max(0, 59 - times.length)),
        "x-ratelimit-reset-requests": "1s",
      });
    });
    await ran(numbers(80), toy, { virtual: clock, concurrency: 1 });
    expect(times[50]).toBe(0);
    expect(times[79]).toBeGreaterThanOrEqual(19_000);
    expect(times[79]).toBeLessThanOrEqual(23_000);
  });

  it("starts from the provider's own limits", async () => {
    const clock = virtualClock();
    const toy = service((content) => answer(content), { rpm: 120 });
    const run = await ran(numbers(180), toy, { virtual: clock });
    expect(run.ms).toBeGreaterThanOrEqual(30_000);
    expect(run.ms).toBeLessThan(31_000);
  });
});

describe("a service out of order", () => {
  it("is left alone after five failures in a row, then tried by one probe at a time", async () => {
    const clock = virtualClock();
    const times: number[] = [];
    const toy = service(async (content) => {
      times.push(clock.now());
      const isDown = clock.now() < 20_000;
      await clock.sleep(1);
      return isDown ? refusal(503) : answer(content);
    });
    const run = await ran(numbers(30), toy, { virtual: clock, concurrency: 10 });
    expect(values(run)).toEqual(upper(numbers(30)));
    const down = times.filter((at) => at < 20_000);
    // Ten at once, and one more for each failure until the fifth.
    expect(down.filter((at) => at <= 1)).toHaveLength(10 + 4);
    const probes = down.filter((at) => at > 1);
    expect(probes.length).toBeGreaterThanOrEqual(4);
    expect(probes.length).toBeLessThanOrEqual(6);
    expect(new Set(probes).size).toBe(probes.length);
  });

  it("ends the run after ten pauses, says so, and loses nothing", async () => {
    let isDown = true;
    const toy = service((content) => (isDown ? cut() : answer(content)));
    const run = await ran(numbers(40), toy);
    expect(run.error).toMatchObject({
      code: "provider",
      message:
        "toy has failed through 10 pauses in a row (last: no answer): look at its status page and try later. " +
        "Every reply received is kept; the same command goes on from there.",
    });
    expect(run.outcomes).toEqual([]);
    expect(run.ms).toBeGreaterThan(120_000);
    isDown = false;
    expect(values(await ran(numbers(40), toy, { kept: run.kept }))).toEqual(upper(numbers(40)));
  });

  it("is not taken for down because one request always fails", async () => {
    const toy = service((content) => (content === "r3" ? refusal(500) : answer(content)));
    const run = await ran(numbers(60), toy, { concurrency: 2 });
    expect(run.error).toBeUndefined();
    expect(values(run)[3]).toBe("provider 500");
    expect(run.notices.filter(({ t }) => t === "pause")).toHaveLength(1);
  });

  it("is not taken for down while it still refuses bad requests", async () => {
    const toy = service((content, nth) => {
      if (Number(content.slice(1)) % 2 === 1) return refusal(400);
      return nth === 1 ? refusal(500) : answer(content);
    });
    const run = await ran(numbers(40), toy, { concurrency: 1 });
    expect(toy.asked.slice(0, 40)).toEqual(numbers(40));
    expect(run.notices.filter(({ t }) => t === "pause")).toEqual([]);
  });

  it("is given the time it asks for with a 503", async () => {
    const toy = service((content, nth) => (nth === 1 ? refusal(503, { "retry-after": "300" }) : answer(content)));
    expect((await ran(["a"], toy)).ms).toBeGreaterThanOrEqual(300_000);
  });
});

describe("an answer that does not come", () => {
  it("is waited for until the time-out, then asked for again, and is unknown in the journal", async () => {
    const toy = service((content, nth, signal) => (nth === 1 && content === "b" ? hang(signal) : answer(content)));
    const run = await ran(["a", "b", "c"], toy, { timeoutMs: 30_000 });
    expect(values(run)).toEqual(["A", "B", "C"]);
    expect(run.ms).toBeGreaterThanOrEqual(30_000);
    expect(run.ms).toBeLessThan(31_000);
    const key = requestKey(toy, toy.encode(prompt.request("b")));
    expect(run.kept.events.filter((event) => event.key === key).map(({ t, attempt }) => [t, attempt])).toEqual([
      ["call", 1],
      ["lost", 1],
      ["call", 2],
    ]);
  });

  it("cuts each call at its own time", async () => {
    const clock = virtualClock();
    const ends: number[] = [];
    const toy = service(async (content, nth, signal) => {
      if (nth > 1) return answer(content);
      await clock.sleep(Number(content) * 1000);
      try {
        return await hang(signal);
      } finally {
        ends.push(clock.now());
      }
    });
    const late = async function* (): AsyncGenerator<string> {
      for (const row of ["1", "2", "3"]) {
        yield row;
        await clock.sleep(5000);
      }
    };
    await ran(late(), toy, { virtual: clock, timeoutMs: 30_000 });
    expect(ends).toEqual([30_000, 35_000, 40_000]);
  });

  it("fails the row after maxAttempts", async () => {
    const toy = service((content) => (content === "b" ? cut() : answer(content)));
    const run = await ran(["a", "b", "c"], toy, { maxAttempts: 3 });
    expect(values(run)).toEqual(["A", "network", "C"]);
    expect(run.kept.events.filter(({ t }) => t === "lost")).toHaveLength(3);
  });

  it("is no unknown call where no connection came about", async () => {
    const refusedConnection = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const toy = service((content, nth) => {
      if (nth === 1) throw new StudyError("network", "no answer from toy", { cause: refusedConnection });
      return answer(content);
    });
    const run = await ran(["a"], toy);
    expect(values(run)).toEqual(["A"]);
    expect(run.kept.events.map((event) => (event.t === "refused" ? event.status : event.t))).toEqual([
      "call",
      0,
      "call",
    ]);
  });
});

describe("no credit, no access, no money", () => {
  it.each([
    [429, '{"error":{"code":"insufficient_quota","message":"You exceeded your current quota"}}'],
    [
      400,
      '{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access"}}',
    ],
    [402, '{"error":{"message":"Insufficient Balance"}}'],
  ])("stops at once on %i %s; replies in flight are kept", async (status, text) => {
    const clock = virtualClock();
    const toy = service(async (content) => {
      await clock.sleep(content === "r2" ? 5 : 10);
      return content === "r2" ? { status, headers: {}, text } : answer(content);
    });
    const run = await ran(numbers(20), toy, { virtual: clock });
    expect(run.error).toMatchObject({ code: "quota" });
    expect((run.error as Error).message).toMatch(
      /^toy has no credit or quota left \(.+\): add credit, then run again\. Every reply received is kept/,
    );
    expect(toy.asked).toHaveLength(4);
    expect(run.kept.replies).toHaveLength(3);
    expect(values(run)).toEqual(["R0", "R1"]);
  });

  it.each([401, 403])("stops at once on %i", async (status) => {
    const toy = service(() => refusal(status, {}, "invalid_api_key"));
    const run = await ran(numbers(20), toy, { concurrency: 1 });
    expect(run.error).toMatchObject({ code: "provider", facts: { status } });
    expect((run.error as Error).message).toMatch(/^toy did not accept the key/);
    expect(toy.asked).toHaveLength(1);
  });
});
