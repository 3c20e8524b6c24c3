import { randomUUID } from "node:crypto";
import type { Database, Sql } from "./pg-database.ts";

/** Money of one run that several processes spend: each holds a reserve and asks for more before it is used up. */
export interface SharedBudget {
  allows(estimateUsd: number): boolean;
  sent(estimateUsd: number): void;
  ended(estimateUsd: number, paidUsd: number): void;
  /** The last `allows` said no for now: a reserve is on its way, or others may give some back. */
  readonly isWaiting: boolean;
  readonly spentUsd: number;
  readonly maxUsd: number;
  /** Says that this process is alive. */
  beat(): void;
  close(): Promise<void>;
}

/** Of what is left: what one process reserves at a time. */
const SHARE = 1 / 40;
/** A process that is silent for so long may be gone: what it had reserved counts as spent. */
const SILENT_SECONDS = 60;
const AGAIN_MS = 400;

/** What a run may cost. */
export interface BudgetTerms {
  /** "<study>/<run>". */
  readonly payer: string;
  readonly maxUsd: number;
  /** What it has cost so far; undefined while others work on it, who count on. */
  readonly spentUsd?: number;
}

export async function setBudget({ sql }: Pick<Database, "sql">, space: string, terms: BudgetTerms): Promise<void> {
  const { payer, maxUsd, spentUsd } = terms;
  if (spentUsd !== undefined) await sql(SET, [space, payer, maxUsd, spentUsd]);
  else await sql("update corrigenda.budgets set max_usd = $3 where space = $1 and payer = $2", [space, payer, maxUsd]);
}

const SET = `
  with gone as (delete from corrigenda.reserves where space = $1 and payer = $2)
  insert into corrigenda.budgets (space, payer, max_usd, spent_usd) values ($1, $2, $3, $4)
  on conflict (space, payer) do update set max_usd = excluded.max_usd, spent_usd = excluded.spent_usd`;

export function pgBudget(
  { transact, sql, clock }: Database,
  space: string,
  { payer, maxUsd }: Omit<BudgetTerms, "spentUsd">,
): SharedBudget {
  const holder = randomUUID();
  // What this process has paid in all, and how much of it the database has counted: a statement that is repeated adds nothing.
  let [reserve, inFlight, paid, said, spent] = [0, 0, 0, 0, 0];
  let [asking, isFinal, deniedAt] = [undefined as Promise<void> | undefined, false, Number.NEGATIVE_INFINITY];
  const renew = async (need: number): Promise<void> => {
    const asked = { space, payer, holder, paid, said, need, least: inFlight };
    const state = await transact((inside) => ask(inside, asked));
    said = asked.paid;
    spent = state.spent;
    reserve = state.granted - (paid - asked.paid);
    isFinal = state.granted < need && state.others === 0;
    if (state.granted < need) deniedAt = clock.now();
  };
  return {
    allows: (estimateUsd) => {
      const need = inFlight + estimateUsd;
      if (need <= reserve + 1e-8) return true; // sums of floats must not refuse the last call of an exact budget
      if (!asking && clock.now() - deniedAt > AGAIN_MS)
        asking = renew(need)
          .catch(() => undefined) // no connection: the journal waits for it, and says so in the end
          .finally(() => {
            asking = undefined;
          });
      return false;
    },
    sent: (estimateUsd) => {
      inFlight += estimateUsd;
    },
    ended: (estimateUsd, paidUsd) => {
      inFlight = Math.max(0, inFlight - estimateUsd);
      reserve -= paidUsd;
      paid += paidUsd;
    },
    get isWaiting() {
      return asking !== undefined || !isFinal;
    },
    get spentUsd() {
      return spent;
    },
    maxUsd,
    beat: () => {
      sql("update corrigenda.reserves set seen = clock_timestamp() where holder = $1", [holder]).catch(() => undefined);
    },
    close: async () => {
      await asking;
      await transact((inside) => giveBack(inside, { space, payer, holder, paid })).catch(() => undefined);
    },
  };
}

interface Holder {
  readonly space: string;
  readonly payer: string;
  readonly holder: string;
  /** US dollars that it has paid in all. */
  readonly paid: number;
}

/** What a holder asks: for `need` in all, of which it cannot do without `least`; `said`: what it has told for certain. */
interface Asking extends Holder {
  readonly said: number;
  readonly need: number;
  readonly least: number;
}

/** The reserve of a holder; what all have spent, and what others hold. */
async function ask(sql: Sql, { space, payer, holder, paid, said, need, least }: Asking) {
  const own = { space, payer };
  await addSpent(sql, own, 0); // locks
  const [mine] = (await sql("select usd, said from corrigenda.reserves where holder = $1", [holder])).rows;
  const news = paid - Number(mine?.said ?? said);
  const budget = await addSpent(sql, own, news);
  const gone = await sql(
    `delete from corrigenda.reserves where space = $1 and payer = $2 and holder <> $3
       and seen < clock_timestamp() - ${SILENT_SECONDS} * interval '1 s' returning usd`,
    [space, payer, holder],
  );
  const lost = gone.rows.reduce((sum, { usd }) => sum + Number(usd), 0);
  const spent = lost > 0 ? (await addSpent(sql, own, lost)).spent : budget.spent;
  const held = await sql("select holder, usd from corrigenda.reserves where space = $1 and payer = $2", [space, payer]);
  const others = held.rows.reduce((sum, row) => sum + (row.holder === holder ? 0 : Number(row.usd)), 0);
  const before = Math.max(0, Number(mine?.usd ?? 0) - news);
  const free = budget.max - spent - others;
  const wanted = Math.max(need, least + free * SHARE);
  // Denied, it keeps what is in flight: two that wait for each other would wait for ever.
  const granted = need <= free + 1e-8 ? Math.min(wanted, Math.max(need, free)) : Math.min(least, before);
  await sql(
    `insert into corrigenda.reserves (holder, space, payer, usd, said) values ($1, $2, $3, $4, $5)
     on conflict (holder) do update set usd = excluded.usd, said = excluded.said, seen = clock_timestamp()`,
    [holder, space, payer, granted, paid],
  );
  return { granted, others, spent };
}

async function giveBack(sql: Sql, { space, payer, holder, paid }: Holder): Promise<void> {
  await addSpent(sql, { space, payer }, 0);
  const gone = await sql("delete from corrigenda.reserves where holder = $1 returning said", [holder]);
  // Without a reserve nothing was paid, or all of it is counted.
  for (const { said } of gone.rows) await addSpent(sql, { space, payer }, paid - Number(said));
}

/** Locks the run's row: one at a time reserves. */
async function addSpent(sql: Sql, { space, payer }: Pick<Holder, "space" | "payer">, usd: number) {
  const { rows } = await sql(
    "update corrigenda.budgets set spent_usd = spent_usd + $3 where space = $1 and payer = $2 returning max_usd, spent_usd",
    [space, payer, usd],
  );
  return { max: Number(rows[0]?.max_usd ?? 0), spent: Number(rows[0]?.spent_usd ?? 0) };
}
