import { StudyError } from "corrigenda/error";

const NETWORK = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  // A machine that has left its network does not even find the name.
  "ENOTFOUND",
  "ENETDOWN",
  "ENETRESET",
  "EHOSTDOWN",
  "EADDRNOTAVAIL",
]);
/** The server stops or starts, has no connection left, or undid a transaction for another's sake. */
const PASSING = /^(57P0[123]|08...|53300|40001|40P01|25P03)$/;
/** What node-postgres says where a connection ends under a statement; it gives these no code. */
const ENDED =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|client has encountered a connection error|server closed the connection/i;

/** True where the same statement may well do later. */
export function isPassingFault(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isPassingFault);
  const code = codeOf(error);
  if (code !== "") return NETWORK.has(code) || PASSING.test(code);
  return error instanceof Error && ENDED.test(error.message);
}

/** Any error of the database as one sentence that says what to do. Its own text may hold rows, so it is the cause only. */
export function pgError(error: unknown, address: string): StudyError {
  if (error instanceof StudyError) return error;
  const options = { cause: error, facts: { address } };
  const code = codeOf(error);
  if (code === "ENOTFOUND")
    return new StudyError("config", `there is no host of this name: ${address}; correct the store's address`, options);
  if (isPassingFault(error))
    return new StudyError(
      "network",
      `no answer from ${address}: is the server running, and is the address right?`,
      options,
    );
  const about = SENTENCES.find(([codes]) => codes.test(code))?.[1];
  if (about !== undefined) return new StudyError("config", `${address} ${about}`, options);
  const said = error instanceof Error ? error.message : String(error);
  return new StudyError(
    "files",
    `${address} failed over a statement (${code || "no code"}: ${said.slice(0, 200)})`,
    options,
  );
}

const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^28/, "refuses the user name or the password; correct them in CORRIGENDA_STORE or --store"],
  [/^3D000$/, 'has no such database; create it ("createdb <name>") or name another'],
  [/^42501$/, "does not let this user work in schema corrigenda; let its owner grant create and use on the database"],
  [/^53100$/, "has no room left on its disk; make room, then run the same command"],
  [/^25006$/, "takes no writes: it is a standby; give the primary server's address"],
];

function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : "";
}
