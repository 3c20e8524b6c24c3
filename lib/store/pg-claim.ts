import { randomUUID } from "node:crypto";
import { StudyError } from "corrigenda/error";
import type { Database, Sql } from "./pg-database.ts";

/** The right to hand out a stage's work. */
export interface Claim {
  /** Names this process. */
  readonly holder: string;
  /** Aborts where this process was silent for so long that another has taken the claim. */
  readonly lost: AbortSignal;
  /** Throws StudyError "locked" where another has it. */
  check(): Promise<void>;
  release(): Promise<void>;
}

/** Whoever is silent for so long has lost its claim. */
const SILENT_SECONDS = 10;
const BEAT_MS = 2_500;
const AGAIN_MS = 500;

const TAKE = `
  update corrigenda.runs set holder = $2, seen = clock_timestamp()
  where id = $1 and (holder is null or holder = $2 or seen < clock_timestamp() - ${SILENT_SECONDS} * interval '1 s')`;

/** As part of a transaction: until its end nobody takes the claim. Throws StudyError "locked" where another has. */
export async function stillHeld(sql: Sql, run: number, { holder }: Pick<Claim, "holder">): Promise<void> {
  const { rows } = await sql("select from corrigenda.runs where id = $1 and holder = $2 for share", [run, holder]);
  if (rows.length === 0) throw passed();
}

function passed(): StudyError {
  const sentence = "this process was silent for too long: another hands out its work now; let that one finish";
  return new StudyError("locked", sentence);
}

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
  const [end, lost] = [new AbortController(), new AbortController()];
  const keep = async (): Promise<void> => {
    while (!end.signal.aborted) {
      await clock.sleep(BEAT_MS, end.signal).catch(() => undefined);
      if (!end.signal.aborted && !(await take().catch(() => true))) lost.abort(passed());
    }
  };
  const keeping = keep();
  return {
    ...{ holder, lost: lost.signal, check: () => stillHeld(sql, run, { holder }) },
    release: async () => {
      end.abort();
      await keeping;
      await sql("update corrigenda.runs set holder = null where id = $1 and holder = $2", [run, holder]);
    },
  };
}
