import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import { openJournal, readJournal } from "corrigenda/store";
import type { Clock } from "corrigenda/time";
import { openTurns } from "./turns.ts";

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
   * Holds money under a name; nothing more where it is held and not settled. @param name default: one of its own
   * @returns the name @throws StudyError "budget" where all that is spent and held could pass the budget
   */
  hold(mostUsd: number, name?: string): Promise<string>;
  /** What came of it; 0 gives the money back. */
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
  const inTurn = openTurns({ disk, path: `${folder}/purse.lock`, clock, pauseMs: PAUSE_MS, tries: TRIES });
  return {
    hold: (mostUsd, name) =>
      inTurn(async () => {
        const events = await read();
        if (name !== undefined && events.findLast((event) => event.name === name)?.t === "held") return name;
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
  const [held, paid] = [new Map<string, number>(), new Map<string, number>()];
  for (const { t, name, usd } of events) {
    if (t === "held") held.set(name, usd);
    else {
      held.delete(name);
      // Counts also under a name for which nothing was held.
      paid.set(name, usd);
    }
  }
  const sum = (some: ReadonlyMap<string, number>): number => [...some.values()].reduce((all, usd) => all + usd, 0);
  const [spentUsd, heldUsd] = [sum(paid), sum(held)];
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
