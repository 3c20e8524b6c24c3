import { type OnlineEvent, runOnline, unknownCalls } from "corrigenda/online";
import { type Provider, requestKey } from "corrigenda/provider";
import type { Journal, Store } from "corrigenda/store";
import { type VirtualClock, virtualClock } from "corrigenda/time";
import { describe, expect, it } from "vitest";
import {
  answer,
  cut,
  journalOn,
  type Kept,
  nothingKept,
  prompt,
  RUN,
  ran,
  refusal,
  type Service,
  service,
  storeOn,
  toyOptions,
} from "./fixture.ts";

const CONCURRENCY = 3;
/** Answers that the service loses by itself. */
const LOST = 1;
const ROWS = ["a", "b", "a", "c", "d", "e", "b", "f", "g", "h"];

/** A process that dies at its nth operation, before or after the operation has had its effect. */
class Mortal {
  readonly #lastOperation: number;
  readonly #isLate: boolean;
  #operations = 0;
  dead = false;

  constructor(lastOperation: number, isLate: boolean) {
    this.#lastOperation = lastOperation;
    this.#isLate = isLate;
  }

  async does<T>(effect: () => Promise<T>): Promise<T> {
    const isLast = ++this.#operations === this.#lastOperation;
    if (this.dead || (isLast && !this.#isLate)) this.#die();
    const result = effect();
    if (isLast) this.dead = true;
    const value = await result;
    if (this.dead) this.#die();
    return value;
  }

  #die(): never {
    this.dead = true;
    throw new Error("killed");
  }
}

/** Answers after a while; some requests meet a throttle, a failure, or a connection cut after the service acted. */
function flaky(clock: VirtualClock): Service {
  const toy = service(async (content, nth) => {
    await clock.sleep(10 + (content.charCodeAt(0) % 7));
    if (content === "c" && nth === 1) return refusal(429, { "retry-after": "2" });
    if (content === "e" && nth === 1) return refusal(500);
    if (content === "g" && nth === 1) {
      toy.bill.set(requestKey(toy, toy.encode(prompt.request(content))), 1);
      cut();
    }
    return answer(content);
  });
  return toy;
}

/** One process: runs until it is done or dies. True where it came to the end. */
async function live(mortal: Mortal, kept: Kept, toy: Service, clock: VirtualClock): Promise<boolean> {
  const [store, journal] = [storeOn(kept), journalOn(kept)];
  const dying = {
    store: {
      ...store,
      get: (key) => mortal.does(() => store.get(key)),
      put: (replies) => mortal.does(() => store.put(replies)),
    } satisfies Store,
    journal: { ...journal, append: (event) => mortal.does(() => journal.append(event)) } satisfies Journal<OnlineEvent>,
    provider: { ...toy, complete: (wire, signal) => mortal.does(() => toy.complete(wire, signal)) } satisfies Provider,
  };
  const rows = async function* (): AsyncGenerator<string> {
    for (const row of ROWS) yield await mortal.does(async () => row);
  };
  const options = toyOptions(rows(), toy, { kept, clock, concurrency: CONCURRENCY, ...dying });
  const take = async (): Promise<boolean> => {
    try {
      for await (const outcome of runOnline(options)) expect(outcome.ok).toBe(true);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ message: "killed" });
      return false;
    }
  };
  return clock.run(take());
}

/** After any number of kills: what the service billed and the ledger lacks is among the unknown calls, and these are few. */
function expectHonestLedger(kept: Kept, toy: Service, kills: number): void {
  const paid = new Set(kept.replies.map(({ key }) => key));
  const unknown = new Map(unknownCalls(kept.events, (key) => paid.has(key)).map(({ key, calls }) => [key, calls]));
  for (const [key, billed] of toy.bill) {
    expect(billed - (paid.has(key) ? 1 : 0)).toBeLessThanOrEqual(unknown.get(key) ?? 0);
  }
  const sum = [...unknown.values()].reduce((a, b) => a + b, 0);
  expect(sum).toBeLessThanOrEqual(kills * CONCURRENCY + LOST);
}

async function expectEndsWell(kept: Kept, toy: Service, clock: VirtualClock, kills: number): Promise<void> {
  expectHonestLedger(kept, toy, kills);
  const before = { kept: new Set(kept.replies.map(({ key }) => key)), asked: toy.asked.length };
  const last = await ran(ROWS, toy, { virtual: clock, kept, concurrency: CONCURRENCY });
  expect(last.error).toBeUndefined();
  expect(last.outcomes.map((outcome) => outcome.ok && outcome.value)).toEqual(ROWS.map((row) => row.toUpperCase()));
  const repeated = toy.asked.slice(before.asked).map((content) => requestKey(toy, toy.encode(prompt.request(content))));
  expect(repeated.filter((key) => before.kept.has(key))).toEqual([]);
  const distinct = new Set(ROWS).size;
  const billed = [...toy.bill.values()].reduce((a, b) => a + b, 0);
  expect(billed).toBeLessThanOrEqual(distinct + kills * CONCURRENCY + LOST);
  expect(kept.replies.map(({ run }) => run)).toEqual(Array(distinct).fill(RUN));
  expectHonestLedger(kept, toy, kills);
}

describe("a run killed at any of its operations", () => {
  it.each([
    ["before", false],
    ["after", true],
  ])(
    "(%s it takes effect) keeps every reply, repeats only what was in flight, and accounts for it",
    async (_name, isLate) => {
      let operation = 1;
      for (let isDone = false; !isDone; operation++) {
        const [kept, clock] = [nothingKept(), virtualClock()];
        const toy = flaky(clock);
        isDone = await live(new Mortal(operation, isLate), kept, toy, clock);
        await expectEndsWell(kept, toy, clock, isDone ? 0 : 1);
      }
      expect(operation).toBeGreaterThan(45);
    },
  );

  it("and killed again at any operation of the next process", async () => {
    let runs = 0;
    for (let first = 1, isDone = false; !isDone; first += 3) {
      for (let second = 1, isSecondDone = false; !isSecondDone; second += 2, runs++) {
        const [kept, clock] = [nothingKept(), virtualClock()];
        const toy = flaky(clock);
        isDone = await live(new Mortal(first, first % 2 === 0), kept, toy, clock);
        isSecondDone = isDone || (await live(new Mortal(second, second % 4 === 1), kept, toy, clock));
        await expectEndsWell(kept, toy, clock, 2);
      }
    }
    expect(runs).toBeGreaterThan(200);
  });
});
