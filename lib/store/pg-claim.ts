import { randomUUID } from "node:crypto";
import type { Database } from "./pg-database.ts";

/** The right to hand out a stage's work. */
export interface Claim {
  release(): Promise<void>;
}

/** Whoever is silent for so long has lost its claim. */
const SILENT_SECONDS = 10;
const BEAT_MS = 2_500;
const AGAIN_MS = 500;

const TAKE = `
  update corrigenda.runs set holder = $2, seen = clock_timestamp()
  where id = $1 and (holder is null or holder = $2 or seen < clock_timestamp() - ${SILENT_SECONDS} * interval '1 s')`;

/** Waits for a claim, and keeps it until it is released. @param onWait called once, where another has it */
export async function claimRun(
  { sql, clock }: Database,
  run: number,
  signal: AbortSignal,
  onWait: () => void,
): Promise<Claim> {
  const holder = randomUUID();
  const take = async (): Promise<boolean> => (await sql(TAKE, [run, holder])).count > 0;
  for (let tries = 0; !(await take()); tries++) {
    if (tries === 0) onWait();
    await clock.sleep(AGAIN_MS, signal);
  }
  const end = new AbortController();
  const keep = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await clock.sleep(BEAT_MS, end.signal).catch(() => undefined);
      if (!end.signal.aborted) await take().catch(() => undefined);
    }
  };
  const keeping = keep();
  return {
    release: async () => {
      end.abort();
      await keeping;
      await sql("update corrigenda.runs set holder = null where id = $1 and holder = $2", [run, holder]);
    },
  };
}
