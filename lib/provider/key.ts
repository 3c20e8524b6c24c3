import { sha256 } from "corrigenda/json";
import type { WireRequest } from "./types.ts";

/**
 * The identity of a request: sha256 over canonical JSON of {base, body, endpoint, provider, sample}. The body's text is
 * taken as the provider's encoder wrote it (one encoder, one field order), because the order of a schema's properties
 * changes what a model writes and so is part of the request.
 */
export function requestKey(provider: { readonly name: string; readonly base: string }, wire: WireRequest): string {
  const base = JSON.stringify(provider.base);
  const name = JSON.stringify(provider.name);
  return sha256(
    `{"base":${base},"body":${wire.body},"endpoint":"${wire.endpoint}","provider":${name},"sample":${wire.sample}}`,
  );
}
