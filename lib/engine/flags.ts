import type { Json } from "corrigenda/json";
import { ANSWERERS } from "corrigenda/text";
import { z } from "zod";
import type { ProviderSettings } from "./workplace.ts";

const RESULTS = "results";

/** Flags of every script that asks a model. */
export const engineFlags = {
  provider: z.enum(ANSWERERS).optional().describe("who answers; default: what the study's YAML says, else offline"),
  baseUrl: z
    .string()
    .optional()
    .describe("the service's URL (compatible servers; an offline service that runs already)"),
  deployment: z.string().optional().describe("Azure: the deployment"),
  wire: z.enum(["openai", "azure", "anthropic"]).optional().describe("offline: whose dialect is spoken"),
  online: z.boolean().default(false).describe("synchronous calls instead of batches: twice the price, answers now"),
  results: z.string().default(RESULTS).describe("the folder of all runs"),
  maxCost: z.number().positive().optional().describe("US dollars that this run may cost; it stops before more"),
  iMaySend: z.boolean().default(false).describe("you have the right to send this data set to a remote provider"),
  redact: z.boolean().default(false).describe("mask e-mail addresses, phone numbers and names in what is sent"),
};

/** Flags of scripts that wait for an earlier stage's batches. */
export const waitFlags = {
  once: z.boolean().default(false).describe("look once and return, instead of waiting"),
  concurrency: z.number().int().positive().optional().describe("synchronous calls in flight at most (default 16)"),
  again: z.boolean().default(false).describe("read the kept replies again with today's code, also of a finished stage"),
  results: engineFlags.results,
  maxCost: engineFlags.maxCost,
  baseUrl: z.string().optional().describe("offline: a service that runs already"),
};

/** Flags as they go into a recorded command: what decides the requests, and no address of this machine. */
export function recordedFlags(
  flags: ProviderFlags & { readonly redact?: boolean; readonly iMaySend?: boolean },
): string[] {
  const words: string[] = [];
  for (const key of ["provider", "deployment", "wire"] as const)
    if (flags[key] !== undefined) words.push(`--${key}`, flags[key]);
  if (flags.baseUrl !== undefined && flags.provider !== "offline") words.push("--base-url", flags.baseUrl);
  if (flags.online) words.push("--online");
  if (flags.redact) words.push("--redact");
  if (flags.iMaySend) words.push("--i-may-send");
  return words;
}

export interface PlaceFlags {
  readonly results: string;
  readonly maxCost?: number | undefined;
  readonly baseUrl?: string | undefined;
}

/** What no recorded command holds and whoever goes on has to say again: where runs lie, what they may cost, who serves. */
export function placeWords({ results, maxCost, baseUrl }: PlaceFlags): string[] {
  return [
    ...(results === RESULTS ? [] : ["--results", results]),
    ...(maxCost === undefined ? [] : ["--max-cost", String(maxCost)]),
    ...(baseUrl === undefined ? [] : ["--base-url", baseUrl]),
  ];
}

/** Settings as config.json keeps them: with the address that is part of every key, but for an offline service's own. */
export function recordedSettings(settings: ProviderSettings, base: string): Json {
  const { transport, concurrency, timeoutMs, baseUrl, ...kept } = settings;
  return (settings.name === "offline" ? kept : { ...kept, baseUrl: base }) as Json;
}

export interface ProviderFlags {
  readonly provider?: ProviderSettings["name"] | undefined;
  readonly baseUrl?: string | undefined;
  readonly deployment?: string | undefined;
  readonly wire?: "openai" | "azure" | "anthropic" | undefined;
  readonly online?: boolean | undefined;
  readonly concurrency?: number | undefined;
}

/** The YAML's provider with the flags above it. Another name drops what the YAML said of the first. */
export function providerSettings(
  yaml: ProviderFlags & { readonly name: ProviderSettings["name"]; readonly model?: string | undefined },
  { provider, ...flags }: ProviderFlags,
): ProviderSettings {
  const base = provider === undefined || provider === yaml.name ? yaml : { name: provider };
  const given = Object.fromEntries(
    (["baseUrl", "deployment", "wire", "online", "concurrency"] as const).flatMap((key) =>
      flags[key] === undefined || flags[key] === false ? [] : [[key, flags[key]]],
    ),
  );
  return { ...base, ...given } as ProviderSettings;
}
