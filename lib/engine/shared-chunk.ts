import type { BatchPolicy } from "corrigenda/batch";
import type { Json } from "corrigenda/json";
import { z } from "zod";
import { LeaseFields, type SharedSettings } from "./shared-call.ts";
import type { ProviderSettings } from "./workplace.ts";

/** What a worker needs to know about a chunk of a batch job. No key is in it; its requests lie in the store's files. */
export interface SharedChunk extends Omit<SharedSettings, "maxCostUsd"> {
  /** The submission that is open. */
  readonly chunk: string;
  /** The run's own, `maxCostUsd` with it. */
  readonly policy: Partial<BatchPolicy>;
}

const Chunk = LeaseFields.extend({ chunk: z.string(), policy: z.record(z.string(), z.number()) });

export function encodeChunk({ policy, ...rest }: SharedChunk): Json {
  const finite = Object.entries(policy).filter(([, value]) => Number.isFinite(value)); // JSON has no Infinity
  return { ...rest, policy: Object.fromEntries(finite) } as unknown as Json;
}

export function decodeChunk(data: Json): SharedChunk {
  const { settings, scale, ...rest } = Chunk.parse(data);
  return { ...rest, settings: settings as ProviderSettings, ...(scale !== undefined && { scale }) };
}
