import { StudyError } from "corrigenda/error";
import type { Declaration } from "./types.ts";

/** The refusal to send a data set to a remote provider, or undefined where it may go. */
export function mayLeave(dataset: Declaration, providerIsRemote: boolean, iMaySend: boolean): StudyError | undefined {
  if (dataset.mayLeaveMachine || !providerIsRemote || iMaySend) return undefined;
  return new StudyError(
    "refused",
    `data set '${dataset.name}' may not leave this machine (${dataset.licence}); ` +
      "use a provider on this machine, or add --i-may-send if you have the right to send it",
    { facts: { dataset: dataset.name } },
  );
}

/**
 * Whether what is sent to a provider leaves this machine. The offline provider and every base URL on loopback stay;
 * anything that is not plainly loopback (another host, a deployment's name) counts as remote.
 */
export function isRemote(provider: { readonly name: string; readonly base: string }): boolean {
  if (provider.name === "offline") return false;
  if (!URL.canParse(provider.base)) return true;
  const host = new URL(provider.base).hostname;
  return !(host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host));
}
