import { memoryDisk } from "corrigenda/files";
import { openCalls } from "corrigenda/online";
import { type HttpReply, offlineProvider } from "corrigenda/provider";
import { keyedRng } from "corrigenda/rng";
import { openJournal, openLocalStore } from "corrigenda/store";
import { virtualClock } from "corrigenda/time";

/** A service that refuses what is above a limit which it never states. */
export interface HiddenLimit {
  /** So many calls at a time, or so many in 200 ms with a bucket of one second. */
  readonly kind: "flight" | "rate";
  readonly most: number;
  /** Whether a refusal says when to come again (one second). */
  readonly saysWhen: boolean;
}

/** How near calls came to a hidden limit. */
export interface LimitFound {
  /** Calls answered a second, after the first quarter of them, over the most that the service gives. */
  readonly share: number;
  /** Refusals among all calls. */
  readonly wasted: number;
}

const LATENCY_MS = 200;
const CEILING = 256;
const BODY = JSON.stringify({
  ...{ id: "chatcmpl-1", object: "chat.completion", created: 1_700_000_000, model: "gpt-4o-mini" },
  choices: [{ index: 0, message: { role: "assistant", content: "yes" }, finish_reason: "stop" }],
  usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 },
});

/** Asks `calls` requests of such a service, as many at a time as the engine dares, in virtual time. */
export async function findLimit({ kind, most, saysWhen }: HiddenLimit, calls: number): Promise<LimitFound> {
  const clock = virtualClock(1_000_000);
  const rng = keyedRng("latency", kind, most);
  const perSecond = (most * 1_000) / LATENCY_MS;
  const refusal: HttpReply = { status: 429, headers: saysWhen ? { "retry-after": "1" } : {}, text: '{"error":{}}' };
  const answeredAt: number[] = [];
  let [flying, refused, level, at] = [0, 0, perSecond, clock.now()];
  const isServed = (): boolean => {
    if (kind === "flight") return flying < most;
    level = Math.min(perSecond, level + ((clock.now() - at) / 1_000) * perSecond);
    at = clock.now();
    if (level < 1) return false;
    level -= 1;
    return true;
  };
  const complete = async (): Promise<HttpReply> => {
    if (!isServed()) {
      refused += 1;
      await clock.sleep(5);
      return refusal;
    }
    flying += 1;
    await clock.sleep(LATENCY_MS * (0.8 + 0.4 * rng.next()));
    flying -= 1;
    answeredAt.push(clock.now());
    return { status: 200, headers: {}, text: BODY };
  };
  const disk = memoryDisk();
  const provider = { ...offlineProvider("http://127.0.0.1"), complete };
  const [store, journal] = [await openLocalStore(disk, clock), await openJournal<never>(disk, "journal.jsonl")];
  const pace = { rng: keyedRng("pace"), concurrency: CEILING, timeoutMs: 600_000 };
  const asked = await openCalls({
    ...{ provider, store, journal, run: "bench/limit/x", price: () => 0, clock },
    ...pace,
  });
  const request = (n: number) => ({ model: "gpt-4o-mini", messages: [{ role: "user" as const, content: `${n}` }] });
  let next = 0;
  const loop = async (): Promise<void> => {
    while (next < calls) if (!(await asked.ask(request(next++))).ok) throw new Error("a call failed");
  };
  await clock.run(Promise.all(Array.from({ length: CEILING }, loop)));
  await asked.close();
  const settled = answeredAt.slice(Math.floor(calls / 4));
  const seconds = ((settled.at(-1) ?? 0) - (settled[0] ?? 0)) / 1_000;
  return { share: (settled.length - 1) / seconds / perSecond, wasted: refused / (refused + calls) };
}
