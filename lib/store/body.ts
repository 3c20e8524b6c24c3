import { StudyError } from "corrigenda/error";
import type { Json, JsonObject } from "corrigenda/json";
import type { Provider } from "corrigenda/provider";
import type { StoredReply } from "./types.ts";

/** The response body inside a kept reply, whether it came online or with a batch. */
export function bodyOf(stored: StoredReply, provider: Provider): Json {
  if (stored.via === "online") return (stored.raw as JsonObject).body ?? null;
  const line = provider.batch?.read(stored.raw);
  if (line?.ok) return line.body;
  throw new StudyError("reply", `the reply kept for ${stored.key.slice(0, 12)} is not one of ${provider.name}'s`);
}
