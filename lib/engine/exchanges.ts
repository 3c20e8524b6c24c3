import type { Disk } from "corrigenda/files";
import { type Json, parseJson } from "corrigenda/json";
import type { Provider } from "corrigenda/provider";
import type { Exchanged, Link } from "corrigenda/report";
import { type FinishedStage, type Manifest, type RunName, requireStage, runFolder, stagesOf } from "corrigenda/results";
import type { Store } from "corrigenda/store";
import { z } from "zod";
import { replyOf } from "./ledger.ts";
import { type Asked, besideKeys, besideRows, bodyText, type Rebuild } from "./rebuild.ts";
import { readTable, textLines } from "./tables.ts";
import { type KeptIn, openKept, type ProviderSettings } from "./workplace.ts";

/** Rows of one page, and pages of one stage at most. */
const PAGE_ROWS = 500;
const MOST_PAGES = 20;
const KEYS = ".keys.jsonl";

const Handed = z.object({ custom_id: z.string(), key: z.string() });
const Paid = z.object({ key: z.string(), provider: z.string().optional() });
const Row = z.looseObject({ id: z.string() });

/**
 * Writes `<run>/exchanges/<stage>.html` of every stage that asked: its rows with request, reply, tokens and cost, a
 * five hundred a page. Returns links to them from the run's folder.
 */
export async function writeExchanges(
  root: Disk,
  name: RunName,
  rebuild: Rebuild = () => undefined,
  keptIn: KeptIn = {},
): Promise<Link[]> {
  const { exchangePage } = await import("corrigenda/report");
  const links: Link[] = [];
  for await (const { stage, state } of stagesOf(root, name)) {
    if (state !== "finished") continue;
    const finished = await requireStage(root, { ...name, stage }, "the stage's own command");
    const source = await sourceOf(root, name, finished);
    if (!source) continue;
    const provider = await settingsOf(root, name, finished);
    await using kept = await openKept(root, provider, keptIn);
    const counted = await count(source.rows());
    const pages = Math.min(MOST_PAGES, Math.ceil(counted / PAGE_ROWS));
    const paid = new Set<string>();
    let at = 0;
    for await (const rows of inPages(withRequests(source, rebuild(stage), kept.provider), pages)) {
      const shown = await exchanged(root, kept, rows, { folders: source.folders, paid });
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

/**
 * Leads from a number to its rows: the page that holds row `at` (from 0) of a stage, filtered by some words; undefined where
 * no page does. @param behind what writeBehind has returned
 */
export function rowsHref(behind: readonly Link[]): (stage: string, at: number, find: string) => string | undefined {
  const written = new Set(behind.map(({ href }) => href));
  return (stage, at, find) => {
    const page = Math.floor(at / PAGE_ROWS);
    if (page >= MOST_PAGES || !written.has(`exchanges/${fileOf(stage, 0)}`)) return undefined;
    const words = encodeURIComponent(find).replace(/[!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
    return `exchanges/${fileOf(stage, page)}#find=${words}`;
  };
}

function providerOf({
  config,
}: Manifest): { readonly name: ProviderSettings["name"]; readonly mock?: boolean } | undefined {
  const provider = (config as { provider?: Json } | null)?.provider as { name?: Json } | undefined;
  return typeof provider?.name === "string" ? (provider as never) : undefined;
}

/** A stage that took its settings from others: theirs, else the name that its ledger gives. */
async function settingsOf(
  root: Disk,
  name: RunName,
  { manifest, folder }: FinishedStage,
): Promise<{ readonly name: ProviderSettings["name"] }> {
  const own = providerOf(manifest);
  if (own) return own;
  for (const { stage } of manifest.parents) {
    const before = providerOf((await requireStage(root, { ...name, stage }, "the stage's own command")).manifest);
    if (before) return before;
  }
  for await (const { provider } of readTable(root, `${folder}/ledger.jsonl`, Paid))
    if (provider !== undefined) return { name: provider as ProviderSettings["name"] };
  return { name: "offline" };
}

/** Rows with the requests that their study builds again. */
function withRequests(source: Source, requests: ReturnType<Rebuild>, provider: Provider): AsyncIterable<Asked> {
  if (requests === undefined || source.mock) return source.rows();
  if (source.isListed) return besideRows(source.rows(), requests, provider);
  return besideKeys(source.rows, requests, { provider, most: PAGE_ROWS * MOST_PAGES });
}

interface Source {
  readonly rows: () => AsyncIterable<Asked>;
  /** Stages of which the request files may hold what was sent. */
  readonly folders: readonly string[];
  /** The rows are those of a list that was written when the requests were made, in their order. */
  readonly isListed: boolean;
  /** A simulator inside the script answered: nothing was sent. */
  readonly mock: boolean;
}

/** Where a stage's rows stand: in the list of the stage that handed in, else in its own ledger; undefined where none asked. */
async function sourceOf(root: Disk, name: RunName, { manifest, folder }: FinishedStage): Promise<Source | undefined> {
  const there = async (path: string): Promise<boolean> => ((await root.size(path)) ?? 0) > 0;
  const isMock = providerOf(manifest)?.mock === true;
  const own = `${folder}/${manifest.stage}.jsonl`;
  if (isMock && manifest.requestsRoot !== null && (await there(own)))
    return { folders: [], isListed: true, mock: true, rows: () => ids(readTable(root, own, Row)) };
  if (!(await there(`${folder}/ledger.jsonl`))) return undefined;
  for (const { stage } of [...manifest.parents].reverse()) {
    const handed = `${runFolder(name)}/${stage}`;
    if (manifest.requestsRoot === null || !(await there(`${handed}/journal.jsonl`))) continue;
    const table = `${handed}/${stage}.jsonl`;
    if (!(await there(table))) continue;
    return { folders: [handed], isListed: true, mock: false, rows: () => named(readTable(root, table, Handed)) };
  }
  return {
    folders: [],
    isListed: false,
    mock: false,
    rows: () => keyed(readTable(root, `${folder}/ledger.jsonl`, Paid)),
  };
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

/** The rows of one page with all that is kept of them. A key that an earlier row paid for is shared. */
async function exchanged(
  root: Disk,
  { provider, store }: Kept,
  rows: readonly Asked[],
  { folders, paid }: { readonly folders: readonly string[]; readonly paid: Set<string> },
): Promise<Exchanged[]> {
  const stored = new Map<string, NonNullable<Awaited<ReturnType<Store["get"]>>>>();
  for (const { key } of rows) {
    const reply = key === undefined || stored.has(key) ? undefined : await store.get(key);
    if (reply) stored.set(reply.key, reply);
  }
  const payers = [...new Set([...folders, ...[...stored.values()].map(({ run }) => run)])];
  const requests = await requestsOf(root, payers, new Set(rows.flatMap(({ key }) => key ?? [])));
  return rows.map(({ id, key, record, rebuilt }) => {
    const reply = key === undefined ? undefined : stored.get(key);
    const read = reply && replyOf(reply, provider);
    const isOwn = reply !== undefined && (folders.length === 0 || folders.includes(reply.run));
    const isFirst = key !== undefined && !paid.has(key);
    if (key !== undefined) paid.add(key);
    const sent = key === undefined ? undefined : requests.get(key);
    return {
      ...{ id, key, record, request: sent ?? (rebuilt === "changed" ? undefined : rebuilt?.text) },
      isChanged: sent === undefined && rebuilt === "changed",
      ...{ reply: read?.text, model: read?.model, tokens: read?.usage, via: reply?.via, paidBy: reply?.run },
      usd: isOwn && isFirst ? reply.usd : null,
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
      try {
        for await (const pair of textLines(root, `${folder}/requests/${name}`)) {
          const line = await lines.next();
          const key = (parseJson(pair) as readonly string[] | undefined)?.[0];
          if (key !== undefined && !line.done && wanted.has(key)) found.set(key, bodyText(line.value));
        }
      } finally {
        await lines.return(undefined); // else its file stays open
      }
    }
  }
  return found;
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
