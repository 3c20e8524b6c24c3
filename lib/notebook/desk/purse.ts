import { isStudyError, StudyError } from "corrigenda/error";
import type { Disk, Lock } from "corrigenda/files";
import { openJournal, readJournal } from "corrigenda/store";
import type { Clock } from "corrigenda/time";

/** What a budget has become, in US dollars. */
export interface Spent {
  readonly budgetUsd: number;
  readonly spentUsd: number;
  /** The most that requests without an answer can cost, also those that an earlier kernel left. */
  readonly heldUsd: number;
  readonly leftUsd: number;
}

/** Dollars on disk: what a request can cost at most is held before it goes out, and given back for what it did cost. */
export interface Purse {
  /**
   * Holds money under a name; nothing more is held for a name that is known. @param name default: one of its own
   * @returns the name @throws StudyError "budget" where all that is spent and held could pass the budget
   */
  hold(mostUsd: number, name?: string): Promise<string>;
  /** What came of it. */
  settle(name: string, usd: number): Promise<void>;
  spent(): Promise<Spent>;
}

type PurseEvent =
  | { readonly t: "held"; readonly name: string; readonly usd: number }
  | { readonly t: "settled"; readonly name: string; readonly usd: number };

const TRIES = 500;
const PAUSE_MS = 10;
/** Sums of floats must not refuse the last request of an exact budget. */
const SLACK_USD = 1e-9;

/** Opens the purse of a folder. Every step reads the file again under a lock: several kernels share one budget. */
export async function openPurse(disk: Disk, folder: string, budgetUsd: number, clock: Clock): Promise<Purse> {
  if (!(Number.isFinite(budgetUsd) && budgetUsd >= 0))
    throw new StudyError("config", `a budget of ${budgetUsd} dollars is none; set budgetUsd to a number from 0`);
  const file = `${folder}/purse.jsonl`;
  const read = async (): Promise<readonly PurseEvent[]> => readJournal<PurseEvent>(disk, file);
  const add = async (event: PurseEvent): Promise<void> => {
    const journal = await openJournal<PurseEvent>(disk, file);
    await journal.append(event);
    await journal.close();
  };
  let last: Promise<void> = Promise.resolve();
  // Awaits all the way: a refusal then names the line of the cell.
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const before = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = promise;
    await before;
    try {
      return await locked(disk, `${folder}/purse.lock`, clock, work);
    } finally {
      resolve();
    }
  };
  return {
    hold: (mostUsd, name) =>
      inTurn(async () => {
        const events = await read();
        if (name !== undefined && events.some((event) => event.name === name)) return name;
        const { spentUsd, heldUsd, leftUsd } = fold(events, budgetUsd);
        if (mostUsd > leftUsd + SLACK_USD) throw overBudget({ budgetUsd, spentUsd, heldUsd, leftUsd }, mostUsd);
        const held = name ?? `${events.length}`;
        await add({ t: "held", name: held, usd: mostUsd });
        return held;
      }),
    settle: (name, usd) => inTurn(() => add({ t: "settled", name, usd })),
    spent: async () => shown(fold(await read(), budgetUsd)),
  };
}

function fold(events: readonly PurseEvent[], budgetUsd: number): Spent {
  const [held, settled] = [new Map<string, number>(), new Map<string, number>()];
  for (const { t, name, usd } of events) (t === "held" ? held : settled).set(name, usd);
  let [spentUsd, heldUsd] = [0, 0];
  for (const [name, usd] of held) {
    const paid = settled.get(name);
    if (paid === undefined) heldUsd += usd;
    else spentUsd += paid;
  }
  return { budgetUsd, spentUsd, heldUsd, leftUsd: budgetUsd - spentUsd - heldUsd };
}

/** Without the dust of sums of floats. */
function shown({ budgetUsd, spentUsd, heldUsd, leftUsd }: Spent): Spent {
  const round = (usd: number): number => Number(usd.toFixed(9));
  return { budgetUsd, spentUsd: round(spentUsd), heldUsd: round(heldUsd), leftUsd: round(leftUsd) };
}

function overBudget({ budgetUsd, spentUsd, heldUsd }: Spent, mostUsd: number): StudyError {
  const dollars = (usd: number): string => `$${usd.toFixed(usd < 1 ? 4 : 2)}`;
  const held = heldUsd > 0 ? ` and ${dollars(heldUsd)} held for requests without an answer` : "";
  return new StudyError(
    "budget",
    `nothing was sent: ${dollars(spentUsd)} of ${dollars(budgetUsd)} are spent${held}, and this may cost up to ${dollars(mostUsd)}; ` +
      "raise budgetUsd in the first cell, or ask for less",
    { facts: { budgetUsd, spentUsd, heldUsd, mostUsd } },
  );
}

async function locked<T>(disk: Disk, path: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  let lock: Lock | undefined;
  for (let tries = 1; lock === undefined; tries++) {
    try {
      lock = await disk.lock(path);
    } catch (error) {
      if (!isStudyError(error, "locked") || tries === TRIES) throw error;
      await clock.sleep(PAUSE_MS);
    }
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
