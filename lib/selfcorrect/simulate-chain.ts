import { StudyError } from "corrigenda/error";
import type { Template } from "./types.ts";

/** What asking again does to an answer: probabilities, [0, 1]; ecr + waver <= 1 and eir + polish <= 1. */
export interface Rates {
  /** Error correction rate, P(right after | wrong before). */
  readonly ecr: number;
  /** Error introduction rate, P(wrong after | right before). */
  readonly eir: number;
  /** P(another wrong answer | wrong before). */
  readonly waver: number;
  /** P(the same answer in other words | right before). */
  readonly polish: number;
}

/** Questions of one difficulty. */
export interface Level {
  /** Of all questions; the shares of a cell sum to 1. */
  readonly share: number;
  /** P(the first answer is right). */
  readonly first: number;
  rates(template?: Template): Rates;
}

/** How a model does on one data set. */
export type Cell = readonly Level[];

/** P(right) after so many times of asking again, where it was `accuracy`: a geometric approach to the steady state. */
export function accuracyAfter(accuracy: number, { ecr, eir }: Pick<Rates, "ecr" | "eir">, rounds: number): number {
  if (ecr + eir === 0) return accuracy;
  const steady = ecr / (ecr + eir);
  return steady + (1 - ecr - eir) ** rounds * (accuracy - steady);
}

/** The accuracy of a cell after so many times of asking again with one template. */
export function cellAccuracy(cell: Cell, rounds: number, template?: Template): number {
  return sum(cell, ({ share, first, rates }) => share * accuracyAfter(first, rates(template), rounds));
}

/** Where a cell's accuracy ends: the mean of ECR / (ECR + EIR). */
export function steadyAccuracy(cell: Cell, template?: Template): number {
  return cellAccuracy(cell, Number.POSITIVE_INFINITY, template);
}

/** The accuracy of a cell where only wrong answers are asked about again: no answer is broken. */
export function oracleStopAccuracy(cell: Cell, rounds: number, template?: Template): number {
  return 1 - sum(cell, ({ share, first, rates }) => share * (1 - first) * (1 - rates(template).ecr) ** rounds);
}

/** Shares of all answers that the first asking again fixes, breaks, changes (a new answer, right or wrong). */
export function cellTransitions(
  cell: Cell,
  template?: Template,
): { readonly fixed: number; readonly broken: number; readonly flipped: number } {
  const fixed = sum(cell, ({ share, first, rates }) => share * (1 - first) * rates(template).ecr);
  const broken = sum(cell, ({ share, first, rates }) => share * first * rates(template).eir);
  const wavered = sum(cell, ({ share, first, rates }) => share * (1 - first) * rates(template).waver);
  return { fixed, broken, flipped: fixed + broken + wavered };
}

/** Answers that asking again does not move, and a chain for the others. */
export interface SettledChain extends Pick<Rates, "ecr" | "eir"> {
  /** Share of all questions whose answer is wrong and stays so. */
  readonly stubborn: number;
  /** P(the first answer is right) of those that move. */
  readonly first: number;
}

/**
 * A chain through three accuracies whose accuracy under an oracle stop is the one given after two rounds. With
 * r = (a3 - a2) / (a2 - a1) and the steady state s = (a2 - r a1) / (1 - r), ECR + EIR = 1 - r and ECR / (ECR + EIR) = s; a
 * share of stubborn questions takes the oracle's gain away and leaves the accuracies as they are. It is found by halving.
 * @param accuracies [0, 1] of all questions @param oracle [0, 1], above the first accuracy
 * @param firm share of all questions whose answer is right and stays so @throws StudyError "config" where there is none
 */
export function solveSettled([a1, a2, a3]: readonly [number, number, number], oracle: number, firm = 0): SettledChain {
  const rate = (a3 - a2) / (a2 - a1);
  const steady = (a2 - rate * a1) / (1 - rate);
  const ecrOf = (stubborn: number): number => ((1 - rate) * (steady - firm)) / (1 - stubborn - firm);
  const wrongAfterTwo = (stubborn: number): number =>
    stubborn + (1 - stubborn - a1) * Math.max(0, 1 - ecrOf(stubborn)) ** 2;
  let [low, high] = [0, 1 - a1];
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (wrongAfterTwo(middle) < 1 - oracle) low = middle;
    else high = middle;
  }
  const ecr = ecrOf(low);
  const first = (a1 - firm) / (1 - low - firm);
  return { ...possible({ ecr, eir: 1 - rate - ecr }, `${a1}, ${a2}, ${a3} and ${oracle}`), stubborn: low, first };
}

/**
 * The rates behind shares of all answers: what was fixed comes from the wrong ones, what was broken from the right ones.
 * `flipped`: all new answers; those that are neither fixed nor broken went from wrong to wrong.
 */
export function solveShares(
  first: number,
  { fixed, broken, flipped = fixed + broken }: { fixed: number; broken: number; flipped?: number },
): Omit<Rates, "polish"> {
  const waver = Math.max(0, flipped - fixed - broken) / (1 - first);
  return { ...possible({ ecr: fixed / (1 - first), eir: broken / first }, `${fixed}, ${broken} of ${first}`), waver };
}

function possible<R extends Pick<Rates, "ecr" | "eir">>(rates: R, from: string): R {
  const { ecr, eir } = rates;
  if (ecr >= 0 && ecr <= 1 && eir >= 0 && eir <= 1) return rates;
  const facts = { ecr, eir };
  throw new StudyError("config", `no rates in [0, 1] give ${from}; describe the cell by several levels`, { facts });
}

function sum(cell: Cell, term: (level: Level) => number): number {
  return cell.reduce((total, level) => total + term(level), 0);
}
