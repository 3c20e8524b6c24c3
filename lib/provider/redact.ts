const MASK = "[key]";

// Longest forms first, so that no tail of a key is left behind.
const KEYS: readonly RegExp[] = [
  /\bsk-[A-Za-z0-9_*-]{6,}/g, // OpenAI (also half masked), Anthropic, many compatible servers
  /\b[A-Za-z0-9]{84}\b/g, // Azure OpenAI, since 2024
  /\b[A-Fa-f0-9]{32}\b/g, // Azure OpenAI, before
];

/** `Bearer x`, `api-key: x`, `"x-api-key":"x"`, `?api-key=x`, `OPENAI_API_KEY=x`: the name stays, the value goes. */
const NAMED = /((?:bearer\s+|(?:x-)?api[-_]?key\\?["']?\s*[:=]\s*\\?["']?))(?!\[key\])[^\s"'\\,;&}]+/gi;

/** Masks whatever looks like a key, for logs and error sentences. A 64-digit hash is left as it is. */
export function redact(text: string): string {
  return KEYS.reduce((masked, key) => masked.replace(key, MASK), text).replace(NAMED, `$1${MASK}`);
}
