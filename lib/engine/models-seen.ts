import type { ModelReply } from "corrigenda/provider";
import type { Manifest } from "corrigenda/results";

/** The models that answered, by the name that was asked for. */
export type SeenModels = Map<string, { readonly returned: Set<string>; readonly fingerprints: Set<string> }>;

export function noteModel(models: SeenModels, requested: string, { model, fingerprint }: ModelReply): void {
  const seen = models.get(requested) ?? { returned: new Set<string>(), fingerprints: new Set<string>() };
  models.set(requested, seen);
  seen.returned.add(model);
  if (fingerprint !== undefined) seen.fingerprints.add(fingerprint);
}

/** As the manifest lists them. */
export function modelList(models: SeenModels): Manifest["models"] {
  return [...models].map(([requested, seen]) => ({
    requested,
    returned: [...seen.returned].sort(),
    fingerprints: [...seen.fingerprints].sort(),
  }));
}
