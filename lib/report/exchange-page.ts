import { parseJson } from "corrigenda/json";
import type { Link } from "./links.ts";
import { type Detail, type DetailField, page } from "./page.ts";
import { table } from "./table.ts";

/** A request with what came back and what it cost. */
export interface Exchanged {
  /** The row's id, or the start of the request's key where rows have none. */
  readonly id: string;
  /** sha256 of the request: ledger.jsonl and the store know it by this; undefined where none was sent. */
  readonly key: string | undefined;
  /** What the stage kept of a row that was not sent. */
  readonly record?: string | undefined;
  readonly request: string | undefined;
  /** The study built the request again, and it is no longer the one that was sent. */
  readonly isChanged?: boolean;
  readonly reply: string | undefined;
  readonly model: string | undefined;
  readonly tokens:
    | { readonly input: number; readonly cached: number; readonly output: number; readonly reasoning: number }
    | undefined;
  /** US dollars; null where another row or run paid, or no reply is kept. */
  readonly usd: number | null;
  /** How it was paid: "online" or a batch's id; ISO time; the stage that paid. */
  readonly via: string | undefined;
  readonly at: string | undefined;
  readonly paidBy: string | undefined;
}

export interface ExchangePage {
  readonly study: string;
  readonly run: string;
  readonly stage: string;
  readonly provider: string;
  readonly rows: readonly Exchanged[];
  /** Of the first row of this page, from 0, and how many there are in all. */
  readonly from: number;
  readonly total: number;
  /** Why rows or parts are missing here, and where they are. */
  readonly note?: string | undefined;
  readonly pages: readonly Link[];
}

const CHANGED =
  "could not be built again: what the study builds now has another key, so code or data have changed since, or the run keeps less than was sent";

/** Characters of a request or reply that the page keeps. */
const MOST_CHARS = 20_000;

/** The rows behind a stage's numbers; a click on one shows request, reply, tokens and cost. */
export function exchangePage(given: ExchangePage): string {
  const { study, run, stage, provider, rows, from, total, note, pages } = given;
  const count = (n: number): string => n.toLocaleString("en-US");
  const shown =
    rows.length === total
      ? `All ${count(total)} rows`
      : `Rows ${count(from + 1)} to ${count(from + rows.length)} of ${count(total)}`;
  const options = {
    id: "exchanges",
    caption: `${shown}; a click on an id shows request, reply, tokens and cost`,
    columns: [
      { key: "id", label: "id", whole: true },
      { key: "state", label: "state" },
      { key: "reply", label: "reply", wide: true },
      { key: "input", label: "tokens in" },
      { key: "output", label: "tokens out" },
      { key: "usd", label: "cost", unit: provider === "offline" ? "US dollars, simulated" : "US dollars", digits: 6 },
      { key: "model", label: "model" },
    ],
    choose: ["state"],
    rows: rows.map((row, at) => ({
      id: { value: row.id, detail: `row-${from + at + 1}` },
      state: { value: stateOf(row), failed: stateOf(row) === "no reply kept" },
      reply: brief(row.reply ?? row.record ?? ""),
      ...{
        input: row.tokens?.input ?? null,
        output: row.tokens?.output ?? null,
        usd: row.usd,
        model: row.model ?? null,
      },
    })),
  };
  return page({
    ...{ title: `${study} ${run}: the rows of ${stage}`, provider, pages },
    question: "Behind the numbers: what was asked, what came back, what it took.",
    sections: [{ ...(note !== undefined && { intro: note }), body: table(options) }],
    details: Object.fromEntries(rows.map((row, at) => [`row-${from + at + 1}`, detail(row, provider)])),
  });
}

function stateOf({ key, reply, paidBy, usd }: Exchanged): string {
  if (key === undefined) return "not sent";
  if (reply === undefined) return "no reply kept";
  return paidBy !== undefined && usd === null ? "shared" : "answered";
}

function detail(row: Exchanged, provider: string): Detail {
  const { id, key, record, request, isChanged, reply, model, tokens, usd, via, at, paidBy } = row;
  const simulated = provider === "offline" ? ", simulated" : "";
  const line = (label: string, value: string | number | undefined): DetailField[] =>
    value === undefined ? [] : [{ label, value }];
  if (record !== undefined) {
    const sent = {
      label: "request",
      value: "none was sent: a simulator inside the script answered, so nothing was paid",
    };
    return { title: id, fields: [sent, { label: "row as the stage kept it", value: cut(record), block: true }] };
  }
  return {
    title: id,
    fields: [
      request === undefined
        ? { label: "request", value: isChanged ? CHANGED : "not kept as a text: the study's command builds it again" }
        : { label: "request", value: cut(request), block: true },
      reply === undefined
        ? { label: "reply", value: "none was kept" }
        : { label: "reply", value: cut(indented(reply)), block: true },
      ...line("model that answered", model),
      ...line(
        "tokens in",
        tokens && `${tokens.input.toLocaleString("en-US")}, of these ${tokens.cached.toLocaleString("en-US")} cached`,
      ),
      ...line(
        "tokens out",
        tokens &&
          `${tokens.output.toLocaleString("en-US")}, of these ${tokens.reasoning.toLocaleString("en-US")} of reasoning`,
      ),
      ...line("cost", reply === undefined ? undefined : costText(usd, simulated)),
      ...line("paid by", paidBy),
      ...line("sent", via),
      ...line("answered at", at),
      ...line("request key", key),
    ],
  };
}

function costText(usd: number | null, simulated: string): string {
  if (usd === null) return "paid elsewhere: by an equal row, or by an earlier run";
  return `$${Number(usd.toPrecision(6))}${simulated}`;
}

/** JSON on several lines; any other text as it is. */
function indented(reply: string): string {
  const value = parseJson(reply);
  return typeof value === "object" && value !== null ? JSON.stringify(value, null, 2) : reply;
}

function brief(text: string): string {
  const one = text.replace(/\s+/g, " ").trim();
  return one.length <= 160 ? one : `${one.slice(0, 159)}…`;
}

function cut(text: string): string {
  return text.length <= MOST_CHARS
    ? text
    : `${text.slice(0, MOST_CHARS)}… (cut: ${text.length.toLocaleString("en-US")} characters in all)`;
}
