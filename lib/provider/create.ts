import { StudyError } from "corrigenda/error";
import { PROVIDERS, type ProviderName } from "corrigenda/text";
import { type Clock, realClock } from "corrigenda/time";
import { anthropic } from "./anthropic.ts";
import { KEY_VARIABLE } from "./api-error.ts";
import { azure } from "./azure.ts";
import { modelFacts } from "./models.ts";
import { compatible, openai } from "./openai.ts";
import type { Provider } from "./types.ts";

/** `provider:` in a study's YAML. */
export interface ProviderConfig {
  readonly name: ProviderName;
  readonly model?: string;
  /** openai, compatible: with its version ("http://localhost:11434/v1"); azure: the resource's endpoint. */
  readonly baseUrl?: string;
  /** azure: stands for whatever model a request names. */
  readonly deployment?: string;
  readonly apiVersion?: string;
  readonly transport?: "sdk" | "lean";
  readonly timeoutMs?: number;
  readonly embeddingModel?: string;
  /** Default: the model's tier-1 quota, where it is known. */
  readonly enqueuedTokens?: number;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export const OPENAI_URL = "https://api.openai.com/v1";

/** The variable that holds a service's URL, and the URL without it, or what to put there. */
type Address = { readonly variable: string } & ({ readonly usual: string } | { readonly what: string });

const ADDRESSES: Readonly<Record<ProviderName, Address>> = {
  openai: { variable: "OPENAI_BASE_URL", usual: OPENAI_URL },
  azure: { variable: "AZURE_OPENAI_ENDPOINT", what: "the resource's URL" },
  anthropic: { variable: "ANTHROPIC_BASE_URL", usual: "https://api.anthropic.com" },
  compatible: { variable: "COMPATIBLE_BASE_URL", what: "the server's URL" },
};

/** A provider from its config and the environment, which alone holds keys. Throws StudyError "config". */
export function openProvider(config: ProviderConfig, env: Environment, clock: Clock = realClock): Provider {
  const { model, name, baseUrl: given, ...rest } = config;
  if (!PROVIDERS.includes(name))
    throw new StudyError("config", `unknown provider "${name}"; choose ${PROVIDERS.join(", ")} or offline`);
  const checked = given === undefined ? undefined : serviceUrl(given);
  const common = {
    ...rest,
    ...(name === "openai" && model !== undefined && queue(config, model)),
    apiKey: key(name, env),
    baseUrl: checked ?? address(name, env),
    clock,
  };
  switch (name) {
    case "openai":
      return openai(common);
    case "anthropic":
      return anthropic(common);
    case "compatible":
      return compatible(common);
    case "azure": {
      const apiVersion = config.apiVersion ?? (env.AZURE_OPENAI_API_VERSION || undefined);
      return azure({ ...common, ...(apiVersion !== undefined && { apiVersion }) });
    }
  }
}

/** An environment in which every provider opens, to encode and decode alone: the addresses that are given, and no key. */
export function keyless(addresses: Environment = {}): Environment {
  const given = Object.entries(addresses).filter(([, value]) => (value ?? "").trim() !== "");
  const unset = Object.values(ADDRESSES).filter((one) => "what" in one);
  return {
    ...Object.fromEntries(unset.map(({ variable }) => [variable, "https://nowhere.invalid"])),
    ...Object.fromEntries(given),
    ...Object.fromEntries(Object.values(KEY_VARIABLE).map((variable) => [variable, "none"])),
  };
}

/** The offline service at a loopback URL, in one of the three dialects: the real providers' code with a key that is none. */
export function offlineProvider(
  url: string,
  wire: "openai" | "azure" | "anthropic" = "openai",
  options: { readonly transport?: "sdk" | "lean"; readonly timeoutMs?: number; readonly clock?: Clock } = {},
): Provider {
  const base = wire === "openai" ? "offline" : `offline/${wire}`;
  const common = { clock: realClock, ...options, apiKey: "offline", as: { name: "offline", base } };
  const root = serviceUrl(url).replace(/\/+$/, "");
  if (wire === "azure") return withSeeds(azure({ ...common, baseUrl: root }));
  if (wire === "anthropic") return withSeeds(anthropic({ ...common, baseUrl: root }));
  return withSeeds(openai({ ...common, baseUrl: `${root}/v1` }));
}

/** The service answers equal bodies alike: a repeat carries its number, so that it is another answer, as it would be online. */
function withSeeds(provider: Provider): Provider {
  const encode: Provider["encode"] = (request) => {
    const wire = provider.encode(request);
    return wire.sample === 0 ? wire : { ...wire, body: `${wire.body.slice(0, -1)},"seed":${wire.sample}}` };
  };
  return { ...provider, encode };
}

function queue(config: ProviderConfig, model: string): { readonly enqueuedTokens?: number } {
  const enqueuedTokens = config.enqueuedTokens ?? modelFacts(model)?.enqueuedTokens;
  return enqueuedTokens === undefined ? {} : { enqueuedTokens };
}

function address(name: ProviderName, env: Environment): string {
  const one = ADDRESSES[name];
  return serviceUrl("what" in one ? needed(one.variable, one.what, env) : env[one.variable] || one.usual);
}

function key(name: ProviderName, env: Environment): string {
  const variable = KEY_VARIABLE[name];
  // A local server wants no key, and must not be sent another service's.
  if (name === "compatible" && (env[variable] ?? "") === "") return "none";
  return needed(variable, "your key", env);
}

/**
 * A service's address as given. Addresses are recorded and part of every request's key, so one that holds a secret (a
 * user name, a password, a query) is refused, and not shown.
 */
export function serviceUrl(url: string): string {
  const { username, password, search, hash, protocol } = URL.canParse(url)
    ? new URL(url)
    : { username: "", password: "", search: "", hash: "", protocol: "" };
  if (protocol !== "https:" && protocol !== "http:")
    throw new StudyError("config", "the service's URL is no http address; write it like https://host/v1");
  if (`${username}${password}${search}${hash}` === "") return url;
  throw new StudyError(
    "config",
    "the service's URL holds a user name, a password or a query, and it is kept with the results: put the key into .env",
  );
}

/** Trimmed; a character that no HTTP header may carry would end up in the text of an error. */
export function needed(variable: string, what: string, env: Environment): string {
  const value = (env[variable] ?? "").trim();
  if (value === "") throw new StudyError("config", `${variable} is not set: put ${what} into .env or the environment`);
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new StudyError("config", `${variable} holds a space or a character that no key or URL has: paste it again`);
  return value;
}
