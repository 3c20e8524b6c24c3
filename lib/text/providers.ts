/** The services that lib/provider reaches, as flags, settings and records name them. A name more: CONTRIBUTING.md. */
export const PROVIDERS = ["openai", "azure", "anthropic", "compatible"] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** All who may answer. */
export const ANSWERERS = ["offline", ...PROVIDERS] as const;
