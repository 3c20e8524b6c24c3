import { StudyError, toStudyError } from "corrigenda/error";
import { type ModelReply, type Outcome, requestKey } from "corrigenda/provider";
import { bodyOf, keyTable, type StoredReply } from "corrigenda/store";
import type { BatchOptions } from "./options.ts";

const LOOKAHEAD = 64;

/** Every row with its reply read by `prompt.parse`, in order. No calls: a changed parser reads the same replies again. */
export async function* readOutcomes<Row, Out>(
  rows: AsyncIterable<Row> | Iterable<Row>,
  options: BatchOptions<Row, Out>,
  failed: ReadonlyMap<string, string>,
): AsyncGenerator<Outcome<Row, Out>> {
  const { prompt, provider, store } = options;
  const charged = keyTable();
  for await (const group of groups(rows, LOOKAHEAD)) {
    const wires = group.map((row) => provider.encode(prompt.request(row)));
    const keys = wires.map((wire) => requestKey(provider, wire));
    const replies = await Promise.all(keys.map((key) => store.get(key)));
    for (const [place, row] of group.entries()) {
      const key = keys[place] ?? "";
      const reply = replies[place];
      const isFirst = charged.find(key) < 0;
      if (isFirst) charged.add(key);
      const usd = isFirst ? (reply?.usd ?? 0) : 0;
      yield readOutcome({ row, key, usd, reply, reason: failed.get(key) }, options);
    }
  }
}

/** Every planned request ends with a reply or a reason: this one came with a row that the plan did not know. */
function unplanned(id: string): string {
  return `${id} was never asked: the rows have changed since this stage was planned; start a run under another name, which asks only for what is not kept`;
}

interface Found<Row> {
  readonly row: Row;
  readonly key: string;
  readonly usd: number;
  readonly reply: StoredReply | undefined;
  readonly reason: string | undefined;
}

function readOutcome<Row, Out>(
  { row, key, usd, reply: stored, reason }: Found<Row>,
  options: BatchOptions<Row, Out>,
): Outcome<Row, Out> {
  const { prompt, provider } = options;
  const id = prompt.id(row);
  if (!stored) {
    const error = new StudyError("provider", reason ?? unplanned(id), { facts: { id } });
    return { ok: false, id, key, row, error, usd };
  }
  let reply: ModelReply | undefined;
  try {
    reply = provider.decode(bodyOf(stored, provider));
    return { ok: true, id, key, row, value: prompt.parse(reply, row), reply, usd };
  } catch (cause) {
    const error = toStudyError(cause, "reply", id);
    return reply ? { ok: false, id, key, row, error, reply, usd } : { ok: false, id, key, row, error, usd };
  }
}

/** Rows in arrays of up to `size`. */
async function* groups<Row>(rows: AsyncIterable<Row> | Iterable<Row>, size: number): AsyncGenerator<Row[]> {
  let group: Row[] = [];
  for await (const row of rows) {
    group.push(row);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}
