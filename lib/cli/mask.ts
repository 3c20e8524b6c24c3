/** Shapes of keys that the services in use hand out, and of headers that carry them. */
const SHAPES: readonly RegExp[] = [
  /\b(sk|pk|rk)-[A-Za-z0-9_-]{12,}/g,
  /\b(gh[pousr]_|github_pat_|hf_|xox[baprs]-|AIza|AKIA)[A-Za-z0-9_-]{12,}/g,
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi,
  /(?<=\b(?:api[-_]?key|authorization|access[-_]?token|secret|password)[\\"']*\s*[=:]\s*[\\"']*)[^\s\\"',;&}]{6,}/gi,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/g,
  /(?<=:\/\/)[^\s/@"']+(?=@)/g,
  // A signed or keyed address: Blob storage's `sig`, gateways' `key`, `token`, `code`.
  /(?<=[?&](?:amp;)?(?:sig|signature|key|api[-_]?key|token|access_token|code|subscription-key)=)[^\s&"'\\<>]+/gi,
];

const MASK = "[masked]";
const SECRET_NAME = /KEY|TOKEN|SECRET|PASSW|PASSPHRASE|CREDENTIAL|_SAS|SIGNATURE|CONNECTION_STRING|DATABASE_URL|_DSN/i;
const SHORTEST_SECRET = 8;
const PASSWORD = /^[\w+.-]+:\/\/[^\s/@]*:([^\s/@]+)@/;
const SHORTEST_PASSWORD = 4;

/** Replaces whatever looks like a key, and every text in `known`, by "[masked]". */
export function maskSecrets(text: string, known: readonly string[] = []): string {
  let masked = maskValues(text, known);
  for (const shape of SHAPES) masked = masked.replace(shape, MASK);
  return masked;
}

/** Replaces every text in `known` by "[masked]", and nothing else: code and pictures stay as they are. */
export function maskValues(text: string, known: readonly string[]): string {
  let masked = text;
  for (const secret of known) for (const form of formsOf(secret)) masked = masked.replaceAll(form, MASK);
  return masked;
}

/** A secret as it stands, inside a JSON text, and inside a URL. */
function formsOf(secret: string): ReadonlySet<string> {
  return new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())]);
}

/**
 * The values that must never be shown: environment variables named like keys, and the passwords in addresses
 * (postgres://user:password@host), at least 8 characters long, longest first. Azure's keys have no shape of their own, so only their value gives them away.
 */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  const values = Object.entries(env)
    .flatMap(([name, value = ""]) => [SECRET_NAME.test(name) ? value : "", PASSWORD.exec(value)?.[1] ?? ""])
    .filter((value) => value.length >= SHORTEST_SECRET);
  return values.sort((a, b) => b.length - a.length);
}

/** The passwords of an address, as they stand there and as they are meant. A shorter one would mask half of every sentence. */
export function passwordsIn(address: string): string[] {
  const forms = givenPasswords(address).flatMap((given) => [given, given.replace(/(%[0-9a-f]{2})+/gi, unescaped)]);
  return [...new Set(forms)].filter((password) => password.length >= SHORTEST_PASSWORD);
}

/** Passwords of any length, before the host (`//user:password@`) or among what follows (`?password=`), as they stand there. */
export function givenPasswords(address: string): string[] {
  const [, before = ""] = /^[^/]*\/\/[^:/]*:(.*)@/s.exec(address) ?? [];
  const [, after = ""] = /[?&]password=([^&#]*)/.exec(address) ?? [];
  return [before, after].filter((given) => given !== "");
}

function unescaped(codes: string): string {
  return Buffer.from(codes.replaceAll("%", ""), "hex").toString();
}
