import { isStudyError, StudyError } from "corrigenda/error";
import type { Clock } from "corrigenda/time";
import type { Environment } from "./create.ts";
import type { TuningApi, TuningFile } from "./finetune.ts";

/** Version of Blob storage's REST API. @see https://learn.microsoft.com/rest/api/storageservices/put-blob */
const VERSION = "2021-12-02";
const MOST_TRIES = 5;

export interface PutOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Up to this many bytes go in one request; more go in blocks of as many. */
  readonly blockBytes?: number;
}

/**
 * The URL of a container with its signature, from AZURE_BLOB_SAS: no flag takes it, since every process of the machine
 * can read a command line. Throws StudyError "config" where it is none; never shows it.
 */
export function blobContainer(env: Environment): string {
  const sas = (env.AZURE_BLOB_SAS ?? "").trim();
  const url = URL.canParse(sas) ? new URL(sas) : undefined;
  const isLocal = url !== undefined && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  const isSafe = url?.protocol === "https:" || (isLocal && url?.protocol === "http:");
  const isContainer = url !== undefined && url.pathname.length > 1 && !/\.jsonl$/.test(url.pathname);
  if (isSafe && isContainer && (url.searchParams.get("sig") ?? "") !== "") return sas;
  throw new StudyError(
    "config",
    "--blob-sas: AZURE_BLOB_SAS in .env has to be the URL of a container with its signature (https://<account>.blob.core.windows.net/<container>?…&sig=…) that allows create, write and read",
  );
}

/** Where a file of a container lies, signature included: a secret. */
export function blobUrl(container: string, name: string): string {
  const url = new URL(container);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/${encodeURIComponent(name)}`;
  return url.href;
}

/** A text without the query of a signed URL, as a whole or in parts. */
export function withoutSas(said: string, url: string): string {
  const { search, searchParams } = new URL(url);
  const signature = searchParams.get("sig") ?? "";
  const secrets = [search, search.slice(1), signature, encodeURIComponent(signature)];
  return secrets.reduce((rest, secret) => (secret === "" ? rest : rest.replaceAll(secret, "[signature]")), said);
}

/** Sends a file through a container of Blob storage: into it, and from there into the service; the file's id. */
export function blobSender(
  api: TuningApi,
  container: string,
  options: PutOptions,
): (file: TuningFile) => Promise<string> {
  return async (file) => {
    await putBlob(container, file.name, await file.blob(), options);
    return api.importFile(file.name, blobUrl(container, file.name));
  };
}

/** Writes a block blob: in one request, or in blocks that a list then makes one. Safe to repeat. */
export async function putBlob(container: string, name: string, content: Blob, options: PutOptions): Promise<void> {
  const { blockBytes = 64 * 2 ** 20 } = options;
  const url = blobUrl(container, name);
  const send = (query: string, body: Blob, headers: Readonly<Record<string, string>>): Promise<void> =>
    put(`${url}${query}`, body, headers, options);
  if (content.size <= blockBytes) return send("", content, { "x-ms-blob-type": "BlockBlob" });
  const ids: string[] = [];
  for (let at = 0; at < content.size; at += blockBytes) {
    const id = Buffer.from(`block-${`${ids.length}`.padStart(6, "0")}`).toString("base64"); // all ids are equally long
    ids.push(id);
    await send(`&comp=block&blockid=${encodeURIComponent(id)}`, content.slice(at, at + blockBytes), {});
  }
  const list = `<?xml version="1.0" encoding="utf-8"?><BlockList>${ids.map((id) => `<Latest>${id}</Latest>`).join("")}</BlockList>`;
  return send("&comp=blocklist", new Blob([list]), {});
}

async function put(
  url: string,
  body: Blob,
  headers: Readonly<Record<string, string>>,
  { clock, signal }: PutOptions,
): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const status = await statusOf(url, body, headers, signal);
    if (status !== undefined && status >= 200 && status < 300) return;
    const passing = status === undefined || status >= 500 || status === 408 || status === 429;
    if (!passing || tried >= MOST_TRIES) throw refusal(url, status);
    await clock.sleep(1_000 * 2 ** (tried - 1), signal);
  }
}

/** Undefined where no answer came. What fetch throws may quote the URL: it goes no further. */
async function statusOf(
  url: string,
  body: Blob,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  try {
    const sent = { method: "PUT", headers: { ...headers, "x-ms-version": VERSION }, body, redirect: "error" } as const;
    const response = await fetch(url, { ...sent, ...(signal && { signal }) });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    if (isStudyError(error) || signal?.aborted) throw signal?.reason ?? error;
    return undefined;
  }
}

function refusal(url: string, status: number | undefined): StudyError {
  const { origin } = new URL(url);
  if (status === undefined)
    return new StudyError(
      "network",
      `no answer from Blob storage at ${origin}: look at AZURE_BLOB_SAS, then run again`,
    );
  const why =
    status === 403 ? "its signature is wrong, has expired, or does not allow writing" : "look at AZURE_BLOB_SAS";
  return new StudyError("provider", `Blob storage at ${origin} answered ${status}: ${why}`, { facts: { status } });
}
