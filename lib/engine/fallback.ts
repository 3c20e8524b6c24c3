import type { Environment } from "corrigenda/provider";

const PROBE_MS = 10_000;
const API_VERSION = "2024-10-21";

/**
 * Why Azure cannot be asked, or undefined where it can: no credentials, a service that does not answer, a key that it
 * refuses. One call that costs nothing.
 */
export async function azureTrouble(
  env: Environment,
  endpoint: string | undefined = env.AZURE_OPENAI_ENDPOINT,
  timeoutMs: number = PROBE_MS,
): Promise<string | undefined> {
  const [url, key] = [(endpoint ?? "").trim().replace(/\/+$/, ""), (env.AZURE_OPENAI_API_KEY ?? "").trim()];
  if (key === "") return "AZURE_OPENAI_API_KEY is not set";
  if (url === "") return "AZURE_OPENAI_ENDPOINT is not set";
  if (!URL.canParse(url)) return "AZURE_OPENAI_ENDPOINT is no URL";
  const version = encodeURIComponent((env.AZURE_OPENAI_API_VERSION ?? "").trim() || API_VERSION);
  try {
    const response = await fetch(`${url}/openai/models?api-version=${version}`, {
      headers: { "api-key": key },
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (response.status === 401 || response.status === 403) return `Azure refuses the key (status ${response.status})`;
    return response.status >= 500 ? `Azure is down (status ${response.status})` : undefined;
  } catch {
    return `${new URL(url).origin} does not answer`;
  }
}
