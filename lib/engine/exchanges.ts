import type { Disk } from "corrigenda/files";
import { type Json, parseJson } from "corrigenda/json";
import { type ModelRequest, type Provider, requestKey } from "corrigenda/provider";
import type { Exchanged, Link } from "corrigenda/report";
import { type FinishedStage, type Manifest, type RunName, requireStage, runFolder, stagesOf } from "corrigenda/results";
import type { Store } from "corrigenda/store";
import { z } from "zod";
import { replyOf } from "./ledger.ts";
import { readTable, textLines } from "./tables.ts";
import { type KeptIn, openKept, type ProviderSettings, readingProvider } from "./workplace.ts";

/** Rows of one page, and pages of one stage at most. */
const PAGE_ROWS = 500;
const MOST_PAGES = 20;
const KEYS = ".keys.jsonl";

const Handed = z.object({ custom_id: z.string(), key: z.string() });
const Paid = z.object({ key: z.string(), provider: z.string().optional() });
const Row = z.looseObject({ id: z.string() });

interface Asked {
  readonly id: string;
  readonly key: string | undefined;
  /** What the stage kept of a row that was not sent. */
  readonly record?: string;
}

/** Requests as texts by their keys, where a study can build them again: synchronous calls leave no request files. */
export type Rebuilt = ReadonlyMap<string, string>;

/** Collects requests that a study builds again, as many as the pages can show. */
export function rebuiltRequests(settings: { readonly name: ProviderSettings["name"] }): {
  readonly texts: Rebuilt;
  add(request: ModelRequest): void;
} {
  const provider = readingProvider(settings);
  const texts = new Map<string, string>();
  return {
    texts,
    add: (request) => {
      if (texts.size >= PAGE_ROWS * MOST_PAGES) return;
      const wire = provider.encode(request);
      texts.set(requestKey(provider, wire), bodyText(wire.body));
    },
  };
}

/**
 * Writes `<run>/exchanges/<stage>.html` of every stage that asked: its rows with request, reply, tokens and cost, a
 * five hundred a page. Returns links to them from the run's folder.
 */
export async function writeExchanges(
  root: Disk,
  name: RunName,
  rebuilt: Rebuilt = new Map(),
  keptIn: KeptIn = {},
): Promise<Link[]> {
  const { exchangePage } = await import("corrigenda/report");
  const links: Link[] = [];
  for await (const { stage, state } of stagesOf(root, name)) {
    if (state !== "finished") continue;
    const finished = await requireStage(root, { ...name, stage }, "the stage's own command");
    const source = await sourceOf(root, name, finished);
    if (!source) continue;
    const provider = providerOf(finished.manifest) ?? (await paidProvider(root, finished.folder));
    await using kept = await openKept(root, provider, keptIn);
    const counted = await count(source.rows());
    const pages = Math.min(MOST_PAGES, Math.ceil(counted / PAGE_ROWS));
    let at = 0;
    for await (const rows of inPages(source.rows(), pages)) {
      const more = { folders: source.folders, rebuilt };
      const shown = await exchanged(root, kept, rows, more);
      const text = exchangePage({
        ...{ ...name, stage, provider: provider.name, rows: shown, from: at * PAGE_ROWS, total: counted },
        ...{ note: noteOf(source.mock, counted), pages: pageLinks(stage, pages) },
      });
      await root.write(`${runFolder(name)}/exchanges/${fileOf(stage, at)}`, text);
      at += 1;
    }
    if (pages > 0) links.push({ label: `rows of ${stage}`, href: `exchanges/${fileOf(stage, 0)}` });
  }
  return links;
}

function providerOf({
  config,
}: Manifest): { readonly name: ProviderSettings["name"]; readonly mock?: boolean } | undefined {
  const provider = (config as { provider?: Json } | null)?.provider as { name?: Json } | undefined;
  return typeof provider?.name === "string" ? (provider as never) : undefined;
}

/** A stage that took its settings from others names its provider in its ledger. */
async function paidProvider(root: Disk, folder: string): Promise<{ readonly name: ProviderSettings["name"] }> {
  for await (const { provider } of readTable(root, `${folder}/ledger.jsonl`, Paid))
    if (provider !== undefined) return { name: provider as ProviderSettings["name"] };
  return { name: "offline" };
}

interface Source {
  readonly rows: () => AsyncIterable<Asked>;
  /** Stages of which the request files may hold what was sent. */
  readonly folders: readonly string[];
  /** A simulator inside the script answered: nothing was sent. */
  readonly mock: boolean;
}

/** Where a stage's rows stand: in the list of the stage that handed in, else in its own ledger; undefined where none asked. */
async function sourceOf(root: Disk, name: RunName, { manifest, folder }: FinishedStage): Promise<Source | undefined> {
  const there = async (path: string): Promise<boolean> => ((await root.size(path)) ?? 0) > 0;
  const isMock = providerOf(manifest)?.mock === true;
  const own = `${folder}/${manifest.stage}.jsonl`;
  if (isMock && manifest.requestsRoot !== null && (await there(own)))
    return { folders: [], mock: true, rows: () => ids(readTable(root, own, Row)) };
  if (!(await there(`${folder}/ledger.jsonl`))) return undefined;
  for (const { stage } of [...manifest.parents].reverse()) {
    const handed = `${runFolder(name)}/${stage}`;
    if (manifest.requestsRoot === null || !(await there(`${handed}/journal.jsonl`))) continue;
    const table = `${handed}/${stage}.jsonl`;
    if (!(await there(table))) continue;
    return { folders: [handed], mock: false, rows: () => named(readTable(root, table, Handed)) };
  }
  return { folders: [], mock: false, rows: () => keyed(readTable(root, `${folder}/ledger.jsonl`, Paid)) };
}

async function* ids(rows: AsyncIterable<{ id: string }>): AsyncGenerator<Asked> {
  for await (const row of rows) yield { id: row.id, key: undefined, record: JSON.stringify(row, null, 2) };
}

async function* named(rows: AsyncIterable<{ custom_id: string; key: string }>): AsyncGenerator<Asked> {
  for await (const { custom_id, key } of rows) yield { id: custom_id, key };
}

async function* keyed(rows: AsyncIterable<{ key: string }>): AsyncGenerator<Asked> {
  for await (const { key } of rows) yield { id: key.slice(0, 12), key };
}

async function count(rows: AsyncIterable<unknown>): Promise<number> {
  let total = 0;
  for await (const _ of rows) total += 1;
  return total;
}

async function* inPages(rows: AsyncIterable<Asked>, pages: number): AsyncGenerator<readonly Asked[]> {
  let page: Asked[] = [];
  let given = 0;
  for await (const row of rows) {
    if (given === pages) return;
    page.push(row);
    if (page.length < PAGE_ROWS) continue;
    yield page;
    [page, given] = [[], given + 1];
  }
  if (page.length > 0 && given < pages) yield page;
}

interface Kept {
  readonly provider: Provider;
  readonly store: Store;
}

/** The rows of one page with all that is kept of them. A key that an earlier row of the page paid for is shared. */
async function exchanged(
  root: Disk,
  { provider, store }: Kept,
  rows: readonly Asked[],
  { folders, rebuilt }: { readonly folders: readonly string[]; readonly rebuilt: Rebuilt },
): Promise<Exchanged[]> {
  const stored = new Map<string, NonNullable<Awaited<ReturnType<Store["get"]>>>>();
  for (const { key } of rows) {
    const reply = key === undefined || stored.has(key) ? undefined : await store.get(key);
    if (reply) stored.set(reply.key, reply);
  }
  const payers = [...new Set([...folders, ...[...stored.values()].map(({ run }) => run)])];
  const requests = await requestsOf(root, payers, new Set(rows.flatMap(({ key }) => key ?? [])));
  const paid = new Set<string>();
  return rows.map(({ id, key, record }) => {
    const reply = key === undefined ? undefined : stored.get(key);
    const read = reply && replyOf(reply, provider);
    const isFirst = key !== undefined && !paid.has(key);
    if (key !== undefined) paid.add(key);
    return {
      ...{ id, key, record, request: key === undefined ? undefined : (requests.get(key) ?? rebuilt.get(key)) },
      ...{ reply: read?.text, model: read?.model, tokens: read?.usage, via: reply?.via, paidBy: reply?.run },
      usd: reply && isFirst ? reply.usd : null,
      at: reply && new Date(reply.at).toISOString(),
    };
  });
}

/** Requests as they were sent, by key, from the files that stages handed in. */
async function requestsOf(
  root: Disk,
  folders: readonly string[],
  wanted: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    for (const name of await root.list(`${folder}/requests`)) {
      if (!name.endsWith(KEYS)) continue;
      const lines = textLines(root, `${folder}/requests/${name.slice(0, -KEYS.length)}.jsonl`);
      for await (const pair of textLines(root, `${folder}/requests/${name}`)) {
        const line = await lines.next();
        const key = (parseJson(pair) as readonly string[] | undefined)?.[0];
        if (key !== undefined && !line.done && wanted.has(key)) found.set(key, bodyText(line.value));
      }
    }
  }
  return found;
}

/** A request line for people: its messages, each under its role, then all else. */
function bodyText(line: string): string {
  const parsed = parseJson(line) as { body?: Json; params?: Json } | undefined;
  const body = parsed?.body ?? parsed?.params ?? (parsed as Json | undefined);
  if (typeof body !== "object" || body === null || Array.isArray(body)) return line;
  const { messages, input, ...settings } = body as Record<string, Json>;
  const said = [messages, input].flatMap((list) => (Array.isArray(list) ? list : [])) as {
    role?: Json;
    content?: Json;
  }[];
  const texts = said.map(({ role, content }) => {
    return `[${String(role)}]\n${typeof content === "string" ? content : JSON.stringify(content, null, 2)}`;
  });
  return [...texts, `[settings]\n${JSON.stringify(settings, null, 2)}`].join("\n\n");
}

function noteOf(mock: boolean, total: number): string | undefined {
  const notes = [
    ...(mock
      ? ["A simulator inside the script answered: no request was sent, so there is no reply, token or cost."]
      : []),
    ...(total > PAGE_ROWS * MOST_PAGES
      ? [
          `Only the first ${(PAGE_ROWS * MOST_PAGES).toLocaleString("en-US")} rows are shown; the stage's files hold all.`,
        ]
      : []),
  ];
  return notes.length === 0 ? undefined : notes.join(" ");
}

function pageLinks(stage: string, pages: number): Link[] {
  const others = Array.from({ length: pages }, (_, at) => ({ label: `page ${at + 1}`, href: fileOf(stage, at) }));
  return [
    { label: "report of the run", href: "../report.html" },
    { label: "all runs", href: "../../../index.html" },
    ...(pages > 1 ? others : []),
  ];
}

function fileOf(stage: string, page: number): string {
  return `${stage}${page === 0 ? "" : `.${page + 1}`}.html`;
}
