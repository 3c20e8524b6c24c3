import { StudyError } from "corrigenda/error";
import { runOnline } from "corrigenda/online";
import { type HttpReply, type ModelRequest, requestKey } from "corrigenda/provider";
import { virtualClock } from "corrigenda/time";
import { describe, expect, it } from "vitest";
import {
  answer,
  cut,
  nothingKept,
  numbers,
  prompt,
  RUN,
  ran,
  refusal,
  service,
  storeOn,
  toyOptions,
  values,
} from "./fixture.ts";

const upper = (rows: readonly string[]): string[] => rows.map((row) => row.toUpperCase());

describe("runOnline", () => {
  it("gives every row once, in row order, however the replies come in", async () => {
    const clock = virtualClock();
    const rows = numbers(50);
    const toy = service(async (content) => {
      await clock.sleep((Number(content.slice(1)) * 37) % 101);
      return answer(content);
    });
    const run = await ran(rows, toy, { virtual: clock, concurrency: 8 });
    expect(run.error).toBeUndefined();
    expect(values(run)).toEqual(upper(rows));
    expect(run.outcomes.map(({ id, row }) => [id, row])).toEqual(rows.map((row) => [`row ${row}`, row]));
  });

  it("never has more calls in flight than allowed, and uses what is allowed", async () => {
    const clock = virtualClock();
    let [inFlight, most] = [0, 0];
    const toy = service(async (content) => {
      most = Math.max(most, ++inFlight);
      await clock.sleep(10);
      inFlight--;
      return answer(content);
    });
    const run = await ran(numbers(40), toy, { virtual: clock, concurrency: 5 });
    expect(most).toBe(5);
    expect(run.ms).toBe(80);
  });

  it("asks once for equal requests, in flight or kept, and shows the cost once", async () => {
    const clock = virtualClock();
    const toy = service(async (content) => {
      await clock.sleep(10);
      return answer(content);
    });
    const rows = ["a", "b", "a", "a", ...numbers(300), "b"];
    const run = await ran(rows, toy, { virtual: clock });
    expect(toy.asked.filter((content) => content === "a" || content === "b")).toEqual(["a", "b"]);
    expect(values(run)).toEqual(upper(rows));
    expect(run.outcomes.slice(0, 4).map(({ usd }) => usd)).toEqual([0.01, 0.01, 0, 0]);
    expect(run.outcomes.at(-1)?.usd).toBe(0);
    const paid = run.outcomes.reduce((sum, { usd }) => sum + usd, 0);
    expect(paid).toBeCloseTo(3.02, 10);
  });

  it("makes no call for a finished run, also when the parser changed, and gives the same costs", async () => {
    const toy = service((content) => answer(content));
    const first = await ran(numbers(20), toy);
    const again = await ran(numbers(20), toy, {
      kept: first.kept,
      prompt: { ...prompt, parse: ({ text }) => `now ${text}` },
    });
    expect(toy.asked).toHaveLength(20);
    expect(values(again)).toEqual(numbers(20).map((row) => `now ${row}`));
    expect(again.outcomes.map(({ usd }) => usd)).toEqual(first.outcomes.map(({ usd }) => usd));
    expect(first.kept.events.filter(({ t }) => t === "call")).toHaveLength(20);
  });

  it("keeps the raw reply before anything parses it: a parser that fails costs no reply", async () => {
    const toy = service((content) => ({ ...answer(content), headers: { "x-request-id": `req-${content}` } }));
    const bad = await ran(["a", "b"], toy, {
      prompt: {
        ...prompt,
        parse: ({ text }) => {
          if (text === "a") throw new Error("no verdict in the reply");
          return text;
        },
      },
    });
    expect(bad.outcomes[0]).toMatchObject({ ok: false, usd: 0.01, reply: { text: "a" }, error: { code: "reply" } });
    expect(bad.outcomes[1]).toMatchObject({ ok: true, value: "b" });
    expect(bad.kept.replies.map(({ raw, via, run }) => ({ raw, via, run }))).toEqual(
      ["a", "b"].map((text) => ({
        raw: { status: 200, request_id: `req-${text}`, body: { text, output: 10 } },
        via: "online",
        run: RUN,
      })),
    );
    expect(values(await ran(["a", "b"], toy, { kept: bad.kept }))).toEqual(["A", "B"]);
    expect(toy.asked).toHaveLength(2);
  });

  it("has each intent in the journal when the call goes out, and each reply in the store when its row comes out", async () => {
    const kept = nothingKept();
    const toy = service((content) => {
      const key = requestKey(toy, toy.encode(prompt.request(content)));
      expect(kept.events).toContainEqual({ t: "call", key, attempt: 1, at: 1_000_000, estimateUsd: 0.01 });
      return answer(content);
    });
    const seen: boolean[] = [];
    const parse = ({ text }: { text: string }): string => {
      const body = { text, output: 10 };
      seen.push(kept.replies.some(({ raw }) => JSON.stringify(raw).includes(JSON.stringify(body))));
      return text;
    };
    const run = await ran(numbers(9), toy, { kept, prompt: { ...prompt, parse } });
    expect(run.error).toBeUndefined();
    expect(seen).toEqual(Array(9).fill(true));
  });

  it("keeps a reply that the provider cannot read, with its estimated cost, as a failed row", async () => {
    const toy = service((content) =>
      content === "a" ? { status: 200, headers: {}, text: '{"odd":1}' } : answer(content),
    );
    const run = await ran(["a", "b"], toy);
    expect(run.outcomes[0]).toMatchObject({ ok: false, usd: 0.01, error: { code: "reply" } });
    expect(run.outcomes[0]).not.toHaveProperty("reply");
    expect(run.kept.replies).toHaveLength(2);
    await ran(["a", "b"], toy, { kept: run.kept });
    expect(toy.asked).toHaveLength(2);
  });

  it("takes a body that breaks off for a lost answer, and an error dressed as 200 for what it is", async () => {
    const toy = service((content, nth) => {
      if (nth > 1) return answer(content);
      if (content === "torn") return { status: 200, headers: {}, text: '{"text":"to' };
      return { status: 200, headers: {}, text: '{"error":{"code":429,"message":"slow down"}}' };
    });
    const run = await ran(["torn", "dressed"], toy);
    expect(values(run)).toEqual(["TORN", "DRESSED"]);
    const after = run.kept.events.filter(({ t }) => t !== "call");
    expect(after.map((event) => [event.t, "status" in event ? event.status : undefined]).sort()).toEqual([
      ["lost", undefined],
      ["refused", 429],
    ]);
  });

  it("reads rows no further ahead than its window, over 100,000 rows of which the first answers late", async () => {
    const clock = virtualClock();
    let [read, taken, ahead] = [0, 0, 0];
    const rows = function* (): Generator<string> {
      for (; read < 100_000; read++) {
        ahead = Math.max(ahead, read - taken);
        yield `r${read}`;
      }
    };
    const late = async (): Promise<HttpReply> => {
      if (read < 4) await clock.sleep(1000);
      return answer("x");
    };
    const forgetful = { ...storeOn(nothingKept()), put: async () => {} };
    const journal = { past: [], append: async () => {}, close: async () => {} };
    const toy = { ...service(late), complete: late };
    const options = toyOptions(rows(), toy, { clock, store: forgetful, journal, concurrency: 16 });
    const take = async (): Promise<void> => {
      for await (const outcome of runOnline(options)) taken += outcome.ok ? 1 : 0;
    };
    await clock.run(take());
    expect(taken).toBe(100_000);
    expect(ahead).toBeGreaterThan(200);
    expect(ahead).toBeLessThanOrEqual(256 + 1);
  });

  it("reads no row further while the consumer rests, and ends cleanly when it leaves early", async () => {
    let closed = false;
    let read = 0;
    const clock = virtualClock();
    const rows = async function* (): AsyncGenerator<string> {
      try {
        for (; ; read++) yield `r${read}`;
      } finally {
        await clock.sleep(5);
        closed = true;
      }
    };
    const toy = service(async (content) => {
      await clock.sleep(10);
      return answer(content);
    });
    const kept = nothingKept();
    const all = runOnline(toyOptions(rows(), toy, { clock, kept }));
    await clock.run(all.next());
    await clock.run(clock.sleep(60_000));
    expect(read).toBeLessThanOrEqual(257);
    const before = toy.asked.length;
    await clock.run(all.return(undefined));
    expect(closed).toBe(true);
    expect(toy.asked.length).toBe(before);
    expect(kept.replies).toHaveLength(before);
  });

  it("ends with the rows' own error, after the replies in flight are kept", async () => {
    const clock = virtualClock();
    const rows = function* (): Generator<string> {
      yield* ["a", "b"];
      throw new StudyError("dataset", "bad row at a.csv:3");
    };
    const toy = service(async (content) => {
      await clock.sleep(10);
      return answer(content);
    });
    const run = await ran(rows(), toy, { virtual: clock });
    expect(run.error).toMatchObject({ code: "dataset", message: "bad row at a.csv:3" });
    expect(run.kept.replies).toHaveLength(2);
    expect(values(run)).toEqual(["A", "B"]);
  });

  it("stops softly on its signal: nothing more is sent, replies in flight are kept, and it can go on", async () => {
    const clock = virtualClock();
    const abort = new AbortController();
    const toy = service(async (content) => {
      if (content === "r5") abort.abort();
      await clock.sleep(10);
      return answer(content);
    });
    const run = await ran(numbers(20), toy, { virtual: clock, signal: abort.signal });
    expect(run.error).toMatchObject({ code: "stopped" });
    expect(String((run.error as Error).message)).toBe(
      "stopped on request. Every reply received is kept; the same command goes on from there.",
    );
    expect(run.kept.replies).toHaveLength(toy.asked.length);
    expect(toy.asked.length).toBeLessThan(10);
    const rest = await ran(numbers(20), toy, { virtual: clock, kept: run.kept });
    expect(values(rest)).toEqual(upper(numbers(20)));
    expect(toy.asked).toHaveLength(20);
    const early = await ran(numbers(3), toy, { signal: AbortSignal.abort() });
    expect(early.error).toMatchObject({ code: "stopped" });
  });

  it("begins no row that the source hands out after the signal", async () => {
    const clock = virtualClock();
    const abort = new AbortController();
    const late = async function* (): AsyncGenerator<string> {
      yield "a";
      await clock.sleep(1000);
      abort.abort();
      yield "b";
    };
    const begun: string[] = [];
    const request = (row: string): ModelRequest => {
      begun.push(row);
      return prompt.request(row);
    };
    const toy = service((content) => answer(content));
    const run = await ran(late(), toy, { virtual: clock, signal: abort.signal, prompt: { ...prompt, request } });
    expect(run.error).toMatchObject({ code: "stopped" });
    expect([values(run), begun]).toEqual([["A"], ["a"]]);
  });

  it("prices a reply by the model that answered, where the request names a deployment", async () => {
    const toy = service((content) => answer(content));
    const request = (row: string): ModelRequest => ({ ...prompt.request(row), model: "our-deployment" });
    const price = (model: string): number | undefined => (model === "toy-1" ? 0.25 : undefined);
    const run = await ran(["a"], toy, { price, prompt: { ...prompt, request } });
    expect(run.outcomes[0]?.usd).toBe(0.25);
    expect(run.kept.replies[0]?.usd).toBe(0.25);
  });

  it("hands a refused request back as a failed row and goes on", async () => {
    const toy = service((content) =>
      content === "r1" ? refusal(400, {}, "context_length_exceeded") : answer(content),
    );
    const run = await ran(numbers(4), toy);
    expect(values(run)).toEqual(["R0", "provider 400", "R2", "R3"]);
    expect(run.outcomes[1]).toMatchObject({ ok: false, usd: 0, error: { facts: { code: "context_length_exceeded" } } });
    expect(toy.asked).toHaveLength(4);
    expect(run.kept.events.filter(({ t }) => t === "refused")).toMatchObject([{ status: 400, attempt: 1 }]);
  });

  it.each([404, 413, 422])("does not repeat a %i", async (status) => {
    const toy = service(() => refusal(status));
    expect(values(await ran(["a"], toy))).toEqual([`provider ${status}`]);
    expect(toy.asked).toHaveLength(1);
  });

  it.each([408, 409, 425, 500, 503, 529])("repeats a %i until it is answered", async (status) => {
    const toy = service((content, nth) => (nth < 4 ? refusal(status) : answer(content)));
    const run = await ran(["a"], toy);
    expect(values(run)).toEqual(["A"]);
    expect(toy.asked).toHaveLength(4);
    expect(run.ms).toBeGreaterThan(0);
  });

  it("gives a row up after maxAttempts failures and asks again in the next run", async () => {
    let broken = true;
    const toy = service((content) => (broken && content === "r1" ? refusal(500) : answer(content)));
    const run = await ran(numbers(3), toy, { maxAttempts: 3 });
    expect(values(run)).toEqual(["R0", "provider 500", "R2"]);
    expect(run.outcomes[1]).toMatchObject({
      error: { message: expect.stringContaining("failed 3 times on this request") },
    });
    broken = false;
    expect(values(await ran(numbers(3), toy, { kept: run.kept }))).toEqual(["R0", "R1", "R2"]);
    expect(toy.asked.filter((content) => content !== "r1")).toHaveLength(2);
  });

  it("ends on what no provider may throw, and on a broken store", async () => {
    const toy = service((content) => (content === "r2" ? cutBy(new TypeError("bug")) : answer(content)));
    expect((await ran(numbers(9), toy)).error).toMatchObject({ message: "bug" });
    const store = { get: () => Promise.reject(new StudyError("files", "disk full")) } as never;
    expect((await ran(numbers(9), service(cut), { store })).error).toMatchObject({ message: "disk full" });
  });
});

function cutBy(error: Error): never {
  throw error;
}
