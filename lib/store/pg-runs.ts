import type { Database } from "./pg-database.ts";

/** Runs by number, within one space ("live", "offline"): simulated replies never answer for a model. */
export interface RunIds {
  readonly space: string;
  id(run: string): Promise<number>;
  ids(runs: readonly string[]): Promise<readonly number[]>;
}

const NEW = `
  with made as (
    insert into corrigenda.runs (space, name) values ($1, $2) on conflict (space, name) do nothing returning id)
  select id from made union all select id from corrigenda.runs where space = $1 and name = $2`;

export function runIds({ sql }: Pick<Database, "sql">, space: string): RunIds {
  const known = new Map<string, Promise<number>>();
  const look = async (run: string): Promise<number> => {
    for (;;) {
      const { rows } = await sql(NEW, [space, run]);
      if (rows[0]) return Number(rows[0].id);
      // Another process made it in this very moment: the next look sees it.
    }
  };
  const id = (run: string): Promise<number> => {
    const found = known.get(run) ?? look(run);
    known.set(run, found);
    found.catch(() => known.delete(run));
    return found;
  };
  return { space, id, ids: (runs) => Promise.all(runs.map(id)) };
}
