import { openCalls } from "corrigenda/online";
import { expect, test } from "vitest";
import { answer, nothingKept, refusal, service, toyOptions } from "./fixture.ts";

const ask = (content: string) => ({
  model: "toy-1",
  messages: [{ role: "user" as const, content }],
  maxOutputTokens: 10,
});

test("each request is asked when it comes, and a second process gets what the first one paid for", async () => {
  const kept = nothingKept();
  const toy = service((content) => answer(`${content}!`));
  const first = await openCalls(toyOptions([], toy, { kept }));
  const one = await first.ask(ask("a"));
  const two = await first.ask(ask(one.ok ? one.reply.text : "lost"));
  await first.close();
  expect(two).toMatchObject({ ok: true, reply: { text: "a!!" }, usd: 0.01 });
  const second = await openCalls(toyOptions([], toy, { kept }));
  expect(await second.ask(ask("a!"))).toEqual(two);
  await second.close();
  expect(toy.asked).toEqual(["a", "a!"]);
});

test("equal requests under way are one call", async () => {
  const toy = service((content) => answer(content));
  const calls = await openCalls(toyOptions([], toy));
  const both = await Promise.all([calls.ask(ask("a")), calls.ask(ask("a"))]);
  await calls.close();
  expect(both[0]).toEqual(both[1]);
  expect(toy.asked).toEqual(["a"]);
});

test("a request that the service refuses is a value; the next one is asked", async () => {
  const toy = service((content) => (content === "bad" ? refusal(400) : answer(content)));
  const calls = await openCalls(toyOptions([], toy));
  expect(await calls.ask(ask("bad"))).toMatchObject({ ok: false, usd: 0 });
  expect(await calls.ask(ask("good"))).toMatchObject({ ok: true });
  await calls.close();
});

test("over the budget, or stopped by the user, a request rejects with what to do next", async () => {
  const toy = service((content) => answer(content));
  const calls = await openCalls(toyOptions([], toy, { maxCostUsd: 0.015 }));
  expect(await calls.ask(ask("a"))).toMatchObject({ ok: true });
  await expect(calls.ask(ask("b"))).rejects.toMatchObject({ code: "budget" });
  await calls.close();
  const stop = new AbortController();
  const others = await openCalls(toyOptions([], toy, { signal: stop.signal }));
  stop.abort();
  await expect(others.ask(ask("c"))).rejects.toMatchObject({ code: "stopped" });
  await others.close();
});
