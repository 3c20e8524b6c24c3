import type { Gain, Gained, Transfer } from "./compare-gains.ts";
import { LEVELS, type Level, type Plan } from "./plan.ts";

/** Fewer test documents of a level than this decide nothing about it. */
export const LEAST_DOCUMENTS = 100;
/** The source's thresholds, in percent of perplexity. */
export const TARGET_GAIN = 25;
export const GOOD_ENOUGH = 10;

export type Outcome = "holds" | "fails" | "undecided" | "mixed" | "not decidable";

export interface LevelVerdict {
  readonly level: Level;
  /** By the number alone, as the source decides. */
  readonly rule: Outcome;
  /** By an interval that holds for all levels at once with 95 %. */
  readonly interval: Outcome;
  readonly why: string;
}

export interface Verdict {
  readonly id: "H1" | "H2" | "H3";
  readonly statement: string;
  readonly rule: Outcome;
  readonly interval: Outcome;
  readonly levels: readonly LevelVerdict[];
  /** Why nothing is decided; absent where something is. */
  readonly reason?: string;
}

export interface Compared {
  readonly plan: Plan;
  readonly gains: readonly Gain[];
  readonly transfers: readonly Transfer[];
}

/**
 * H1 to H3, which may all hold at once. H1: on its level each level's model is better than the general one by more than
 * 25 %. H2: the general model is within 10 % of the best level model. H3: fine-tuning the general model beats both it and
 * direct training.
 */
export function verdictsOf({ plan, gains, transfers }: Compared): Verdict[] {
  const full = transfers.filter(({ size }) => size === null);
  const blocked = blockedBy(plan);
  const h1 = (level: Level): Judged | undefined => {
    const one = gains.find((gain) => gain.level === level);
    if (one === undefined) return undefined;
    const strong = one.ratio.value >= 3 ? ", three times and more" : "";
    return { ...above(one.gain, TARGET_GAIN), documents: one.documents, why: `gain ${spoken(one.gain)}${strong}` };
  };
  const h2 = (level: Level): Judged | undefined => {
    const one = gains.find((gain) => gain.level === level);
    if (one === undefined) return undefined;
    const why = `general model ${spoken(one.overBest)} above the best level model (${one.best})`;
    return { ...atMost(one.overBest, GOOD_ENOUGH), documents: one.documents, why };
  };
  const h3 = (level: Level): Judged | undefined => {
    const one = full.find((transfer) => transfer.level === level);
    if (one?.overGeneral == null) return undefined;
    const why = `direct training ${spoken(one.gain)}, general model ${spoken(one.overGeneral)} above fine-tuned`;
    return { ...both(above(one.gain, 0), above(one.overGeneral, 0)), documents: one.documents, why };
  };
  return [
    verdict("H1", `each level's model is better than the general one by more than ${TARGET_GAIN} %`, h1, blocked),
    verdict("H2", `the general model is within ${GOOD_ENOUGH} % of the best level model`, h2, blocked),
    verdict("H3", "the general model fine-tuned on a level beats it and direct training", h3, blocked),
  ];
}

interface Decision {
  readonly rule: Outcome;
  readonly interval: Outcome;
}

interface Judged extends Decision {
  readonly documents: number;
  readonly why: string;
}

function above({ value, joint }: Gained, threshold: number): Decision {
  return {
    rule: value > threshold ? "holds" : "fails",
    interval: joint.low > threshold ? "holds" : joint.high < threshold ? "fails" : "undecided",
  };
}

function atMost({ value, joint }: Gained, threshold: number): Decision {
  return {
    rule: value <= threshold ? "holds" : "fails",
    interval: joint.high <= threshold ? "holds" : joint.low > threshold ? "fails" : "undecided",
  };
}

/** Both at once: fails where one does, holds where both do. */
function both(a: Decision, b: Decision): Decision {
  const join = (x: Outcome, y: Outcome): Outcome =>
    x === "fails" || y === "fails" ? "fails" : x === "holds" && y === "holds" ? "holds" : "undecided";
  return { rule: join(a.rule, b.rule), interval: join(a.interval, b.interval) };
}

/** A split that lets the general model train on test texts measures memory. */
function blockedBy({ split }: Plan): string | undefined {
  return split === "source"
    ? "the general model has trained on most of the test texts (split: source); use split: nested"
    : undefined;
}

function verdict(
  id: Verdict["id"],
  statement: string,
  judge: (level: Level) => Judged | undefined,
  blocked: string | undefined,
): Verdict {
  const levels = LEVELS.map((level): LevelVerdict => {
    const found = judge(level);
    const none = { level, rule: "not decidable", interval: "not decidable" } as const;
    if (found === undefined) return { ...none, why: "not evaluated" };
    const { rule, interval, documents, why } = found;
    if (blocked !== undefined) return { ...none, why };
    if (documents < LEAST_DOCUMENTS) return { ...none, why: `${why}; ${documents} test documents` };
    return { level, rule, interval, why };
  });
  const reason = blocked ?? reasonOf(levels);
  return {
    ...{ id, statement, levels },
    rule: overall(levels.map(({ rule }) => rule)),
    interval: overall(levels.map(({ interval }) => interval)),
    ...(reason === undefined ? {} : { reason }),
  };
}

function reasonOf(levels: readonly LevelVerdict[]): string | undefined {
  const without = levels.filter(({ rule }) => rule === "not decidable");
  if (without.length === 0) return undefined;
  const unseen = without.filter(({ why }) => why === "not evaluated").map(({ level }) => level);
  const few = without.filter(({ why }) => why !== "not evaluated").map(({ level }) => level);
  return [
    ...(few.length > 0 ? [`fewer than ${LEAST_DOCUMENTS} test documents: ${few.join(", ")}`] : []),
    ...(unseen.length > 0 ? [`not evaluated: ${unseen.join(", ")}`] : []),
  ].join("; ");
}

/** One statement over all levels: it holds where it holds on each of them. */
function overall(levels: readonly Outcome[]): Outcome {
  if (levels.includes("not decidable")) return "not decidable";
  if (levels.every((one) => one === "holds")) return "holds";
  if (levels.every((one) => one === "fails")) return "fails";
  return levels.includes("holds") && levels.includes("fails") ? "mixed" : "undecided";
}

/** With the interval that decides. */
function spoken({ value, joint }: Gained): string {
  return `${value.toFixed(1)} % [${joint.low.toFixed(1)}, ${joint.high.toFixed(1)}]`;
}
