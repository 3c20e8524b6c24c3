import { StudyError } from "corrigenda/error";
import type { Paired } from "./rounds.ts";

/** A number that a bench claims. Ratios and sizes hold on any machine; times and rates depend on it. */
export interface Claim {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
  readonly wanted: "at least" | "at most";
  /** False for times and rates: a missed one is said, and nothing fails. */
  readonly binding: boolean;
}

/** What a bench found, line by line. */
export interface Claims {
  add(claim: Claim): void;
  /** Both speeds of paired rounds, and their ratio as a binding claim. @param amount units of work in each round */
  addPaired(names: PairedNames, amount: number, paired: Paired): void;
  /** Throws StudyError "stage" where a binding limit was missed. */
  end(): void;
}

export interface PairedNames {
  readonly name: string;
  readonly alternative: string;
  /** Of the work: "requests", "MB". */
  readonly unit: string;
  /** Ratio, at least. */
  readonly limit: number;
}

export function openClaims(print: (text: string) => void): Claims {
  const missed: string[] = [];
  const check = (claim: Claim): string => {
    if (isKept(claim)) return "";
    if (claim.binding) missed.push(claim.name);
    return claim.binding ? " MISSED" : " not met on this machine, now";
  };
  return {
    add: (claim) => {
      const { name, value, unit, limit, wanted } = claim;
      print(`${name}: ${figure(value)} ${unit} (${wanted} ${figure(limit)})${check(claim)}`);
    },
    addPaired: ({ name, alternative, unit, limit }, amount, { oursMs, alternativeMs, ratio, ...spread }) => {
      const [ours, other] = [oursMs, alternativeMs].map((ms) => `${figure((amount / ms) * 1000)} ${unit}/s`);
      const end = check({ name, value: ratio, unit: "", limit, wanted: "at least", binding: true });
      print(
        `${name}: ours ${ours}, ${alternative} ${other}, ratio ${ratio.toFixed(2)} (median of ${spread.rounds} paired ` +
          `rounds, ${spread.lowest.toFixed(2)} to ${spread.highest.toFixed(2)}; at least ${limit})${end}`,
      );
    },
    end: () => {
      if (missed.length > 0) throw new StudyError("stage", `missed: ${missed.join("; ")}`);
    },
  };
}

function isKept({ value, limit, wanted }: Claim): boolean {
  return wanted === "at least" ? value >= limit : value <= limit;
}

/** Three figures that count. */
function figure(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}
