import { answer, billKey, type Endpoint } from "./answer.ts";
import type { BillLine } from "./bill.ts";
import type { Context } from "./context.ts";
import type { Call, Reply, Routes } from "./http.ts";
import { overLimit } from "./meter.ts";
import { isRefusal } from "./wire.ts";

/** Requests answered at once: chat completions, responses, embeddings, messages. Each is billed before it is answered. */
export function onlineRoutes(context: Context): Routes {
  const route = (endpoint: Endpoint) => ({
    faults: ["noCredit"] as const,
    act: (call: Call) => respond(context, endpoint, call),
  });
  return {
    "POST /v1/chat/completions": route("/v1/chat/completions"),
    "POST /v1/responses": route("/v1/responses"),
    "POST /v1/embeddings": route("/v1/embeddings"),
    "POST /v1/messages": route("/v1/messages"),
  };
}

async function respond(context: Context, endpoint: Endpoint, call: Call): Promise<Reply> {
  const { body, deployment } = call;
  const now = context.clock.now();
  const key = billKey(endpoint, body);
  const said = answer({ endpoint, body, deployment }, key, context.simulators, now);
  if (isRefusal(said)) return said;
  const reading = context.meter.take(said.usage.input);
  const headers = context.meter.headers(call.wire, reading);
  if (!reading.ok) {
    const refusal = overLimit(reading);
    return { ...refusal, headers: { ...headers, ...refusal.headers } };
  }
  const line: BillLine = { kind: "online", at: Math.floor(now), key, model: said.model, usage: said.usage };
  await context.bill.add(JSON.stringify(line));
  return { status: 200, headers, json: said.body };
}
