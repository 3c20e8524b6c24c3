import { StudyError } from "corrigenda/error";
import { z } from "zod";

/** How the hub is reached. */
export interface HubOptions {
  /** HF_ENDPOINT. Default https://huggingface.co. */
  readonly endpoint?: string | undefined;
  /** HF_TOKEN, for data sets that are not public. */
  readonly token?: string | undefined;
  /** For one answer. Default 30 s. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What a user can do without the hub, as messages say it. */
  readonly instead?: string | undefined;
}

export type TableFormat = "parquet" | "csv" | "jsonl";

/** Which of a data set's commits and parts is meant. */
export interface HubPart {
  /** A commit's sha. Default: the newest one. */
  readonly revision?: string;
  /** A configuration, where the data set has several. Default: the first by name. */
  readonly config?: string;
}

/** One file of a split. */
export interface HubFile {
  readonly path: string;
  readonly bytes: number;
  /** Where the hub knows it (LFS). */
  readonly sha256?: string;
  /** Of any other file: git's own hash of it. */
  readonly blob?: string;
  readonly url: string;
}

/** The files of a split at a revision that cannot change. */
export interface HubSplit {
  readonly dataset: string;
  readonly split: string;
  /** The commit's sha. */
  readonly revision: string;
  readonly format: TableFormat;
  readonly files: readonly HubFile[];
}

const ENDPOINT = "https://huggingface.co";
const TIMEOUT_MS = 30_000;
/** Parquet first, also the hub's own conversion of a public data set: it leaves no doubt about quotes and line ends. */
const ORDER: readonly (readonly [branch: string, formats: readonly TableFormat[]])[] = [
  ["main", ["parquet"]],
  ["refs/convert/parquet", ["parquet"]],
  ["main", ["jsonl", "csv"]],
];

const Info = z.object({ sha: z.string().regex(/^[0-9a-f]{40,64}$/) });
const Tree = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    oid: z.string().optional(),
    size: z.number().int().nonnegative(),
    lfs: z.object({ oid: z.string(), size: z.number().int() }).optional(),
  }),
);
type Entry = z.infer<typeof Tree>[number];
/** What the hub keeps repositories of, as its addresses name it. */
type Repository = `${"datasets" | "models"}/${string}`;
const FILE = "give a file of your own: --from <file.csv, .jsonl or .parquet>";

/**
 * Finds a split: its own Parquet files, else those the hub converted, else its JSONL or CSV files. The revision is pinned first, so that
 * all files are of one commit. Throws StudyError "network" where the hub cannot be reached, "dataset" where there is no such split.
 */
export async function findSplit(
  dataset: string,
  split: string,
  options: HubOptions = {},
  { revision = "main", config }: HubPart = {},
): Promise<HubSplit> {
  if (!/^[\w.-]+(?:\/[\w.-]+)?$/.test(dataset) || !isPlainPath(dataset))
    throw new StudyError("config", `"${dataset}" names no data set of the hub; write <owner>/<name>`);
  const seen = new Set<string>();
  for (const [branch, formats] of ORDER) {
    const repository = `datasets/${dataset}` as const;
    const pinned = await pin(repository, branch === "main" ? revision : branch, options);
    if (pinned === undefined) continue;
    const entries = await tree(repository, pinned, options);
    for (const format of formats) {
      const all = entries.filter(({ path }) => path.endsWith(`.${format}`));
      for (const { path } of all) for (const name of splitsOf(path)) seen.add(name);
      const own = all.filter(({ path }) => splitsOf(path).includes(split) && isPartOf(path, config));
      const chosen = own.filter(({ path }) => configOf(path) === configOf(own[0]?.path ?? ""));
      if (chosen.length === 0) continue;
      const files = chosen.map((entry) => fileOf(entry, repository, pinned, options));
      return { dataset, split, revision: pinned, format, files };
    }
  }
  const known = [...seen].filter((name) => /^(?:train|test|validation|valid|dev)$/.test(name)).join(", ");
  throw new StudyError(
    "dataset",
    `the data set ${dataset} has no split "${split}"${known === "" ? "" : `; there are: ${known}`}; see --dataset-split`,
  );
}

/** The headers of a request: the token goes to the hub alone. */
export function hubHeaders({ token }: HubOptions): Record<string, string> {
  return token === undefined || token.trim() === "" ? {} : { authorization: `Bearer ${token.trim()}` };
}

/** A request that answers, or the sentence that says how to do without the hub. */
export async function askHub(
  url: string,
  options: HubOptions,
  headers: Record<string, string> = {},
): Promise<Response> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  try {
    return await fetch(url, { headers: { ...hubHeaders(options), ...headers }, signal });
  } catch (cause) {
    if (options.signal?.aborted) throw options.signal.reason;
    throw unreachable(url, timeout.aborted ? "it did not answer in time" : "no connection", options, cause);
  }
}

export function unreachable(url: string, why: string, { instead = FILE }: HubOptions, cause?: unknown): StudyError {
  return new StudyError(
    "network",
    `the Hugging Face hub at ${new URL(url).origin} cannot be reached (${why}); try again, or ${instead}`,
    { cause },
  );
}

/** The commit that a branch stands at; undefined where the hub has no such repository or branch. */
export async function pin(repository: Repository, branch: string, options: HubOptions): Promise<string | undefined> {
  const response = await json(`/api/${repository}/revision/${encodeURIComponent(branch)}`, repository, options);
  return response === undefined ? undefined : read(Info, response.value, repository).sha;
}

/** True for a path that stays below the folder it is written to, on any system. */
function isPlainPath(path: string): boolean {
  const parts = path.split("/");
  return (
    path.length < 500 && parts.every((part) => /^[^\\:*?"<>|\p{C}]{1,200}$/u.test(part) && !/^\.+$|[. ]$/.test(part))
  );
}

/** The files of a commit; those whose names lead elsewhere are left out. */
export async function tree(repository: Repository, revision: string, options: HubOptions): Promise<Entry[]> {
  const entries: Entry[] = [];
  let path: string | undefined = `/api/${repository}/tree/${revision}?recursive=true`;
  while (path !== undefined) {
    const page = await json(path, repository, options);
    if (page === undefined) break;
    entries.push(
      ...read(Tree, page.value, repository).filter(({ type, path }) => type === "file" && isPlainPath(path)),
    );
    path = page.next;
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function json(
  path: string,
  repository: Repository,
  options: HubOptions,
): Promise<{ readonly value: unknown; readonly next: string | undefined } | undefined> {
  const url = address(options, path);
  const response = await askHub(url, options);
  if (response.status === 401 || response.status === 403)
    throw new StudyError(
      "dataset",
      `the hub does not give ${nameOf(repository)} to you (status ${response.status}): it does not exist, or it needs HF_TOKEN in .env`,
    );
  if (response.status === 404) return undefined;
  if (!response.ok) throw unreachable(url, `status ${response.status}`, options);
  const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
  const where = next === undefined ? undefined : new URL(next, url);
  return { value: await response.json(), next: where && `${where.pathname}${where.search}` };
}

function nameOf(repository: Repository): string {
  return repository.replace(/^\w+\//, "");
}

function read<T>(schema: z.ZodType<T>, value: unknown, repository: Repository): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new StudyError(
    "network",
    `the hub's answer for ${nameOf(repository)} is not what its API gives; is HF_ENDPOINT right?`,
    {
      cause: parsed.error,
    },
  );
}

/** Words of a path that may name its split: "data/train-00000-of-00001.parquet", "default/train/0000.parquet". */
function splitsOf(path: string): string[] {
  return path.split(/[/_.-]/);
}

function isPartOf(path: string, config: string | undefined): boolean {
  return config === undefined || path.split("/").includes(config);
}

function configOf(path: string): string {
  return path.split("/").slice(0, -1).join("/");
}

/** An entry as a file that can be fetched. */
export function fileOf(
  { path, oid, size, lfs }: Entry,
  repository: Repository,
  revision: string,
  options: HubOptions,
): HubFile {
  const base = repository.replace(/^models\//, ""); // models have no word of their own in the addresses of files
  const url = address(options, `/${base}/resolve/${revision}/${encoded(path)}`);
  const hash = lfs ? { sha256: lfs.oid.replace(/^sha256:/, "") } : oid && { blob: oid };
  return { path, bytes: lfs?.size ?? size, url, ...hash };
}

function address({ endpoint = ENDPOINT }: HubOptions, path: string): string {
  const base = endpoint.trim().replace(/\/+$/, "") || ENDPOINT;
  if (!URL.canParse(base)) throw new StudyError("config", `HF_ENDPOINT is no URL: "${base.slice(0, 80)}"`);
  return base + path;
}

function encoded(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
