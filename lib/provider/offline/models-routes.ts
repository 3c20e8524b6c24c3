import { type Call, json, type Reply, type Routes } from "./http.ts";
import models from "./models.json" with { type: "json" };
import { notFound } from "./wire.ts";

/** The models that are listed. Requests may name any model: the offline service answers them all. */
export function modelsRoutes(): Routes {
  return {
    "GET /v1/models": { act: (call) => json(call.wire === "anthropic" ? anthropicList() : openaiList()) },
    "GET /v1/models/{id}": { act: retrieve },
  };
}

function retrieve(call: Call): Reply {
  const all = call.wire === "anthropic" ? anthropicList().data : openaiList().data;
  const model = all.find((one) => one.id === call.id);
  if (model) return json(model);
  return { ...notFound("Model", call.id), refused: `The model '${call.id}' does not exist`, code: "model_not_found" };
}

function openaiList() {
  const data = models.openai.map(({ id, shutdown_date }) => ({
    ...{ id, object: "model", created: 1_700_000_000, owned_by: "offline" },
    shutdown_date,
  }));
  return { object: "list", data };
}

function anthropicList() {
  const created_at = "2025-01-01T00:00:00Z";
  const data = models.anthropic.map(({ id, display_name }) => ({ type: "model", id, display_name, created_at }));
  return { data, has_more: false, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}
