import { fork } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const message = { role: "assistant", content: "The verb needs an object.", refusal: null };
const ANSWER = JSON.stringify({
  ...{ id: "chatcmpl-1", object: "chat.completion", created: 1_700_000_000, model: "gpt-4o-mini-2024-07-18" },
  choices: [{ index: 0, message, logprobs: null, finish_reason: "stop" }],
  usage: { prompt_tokens: 40, completion_tokens: 8, total_tokens: 48 },
});
const HEADERS = { "content-type": "application/json", "content-length": Buffer.byteLength(ANSWER) };

/**
 * Answers every request on loopback with one chat completion, until the process that forked this one lets go of it.
 * @param latencyMs how long each takes
 */
export function serveCompletions(latencyMs = 0): void {
  const server = createServer((asked, reply) => {
    const answer = (): void => void reply.writeHead(200, HEADERS).end(ANSWER);
    asked.resume().on("end", () => (latencyMs === 0 ? answer() : setTimeout(answer, latencyMs)));
  });
  process.once("disconnect", () => process.exit());
  server.listen(0, "127.0.0.1", () => process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
}

/** Runs a script that calls `serveCompletions` in a process of its own, so that it takes no time from its callers. */
export async function completionsInChild(
  script: string,
  ...args: readonly string[]
): Promise<{ readonly url: string } & Disposable> {
  const server = fork(script, [...args], { execArgv: [] });
  const [url] = (await once(server, "message")) as [string];
  return { url, [Symbol.dispose]: () => server.disconnect() };
}
