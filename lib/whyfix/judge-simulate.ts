import { keyedRng, type Rng } from "corrigenda/rng";
import { CRITERIA, type Judgement } from "./judge.ts";

/** What being shown first is worth to the simulated judge, and how much its mood moves it. */
const [FIRST, MOOD, TIE] = [0.06, 0.3, 0.06];

/**
 * A judgement by a taste of its own: every text has a hidden quality, drawn from its words, and the text shown first gains a
 * little. It agrees with itself most of the time and says nothing about the explanations.
 */
export function simulatedJudgement(prompt: string, rng: Rng): Judgement {
  const [a, b] = ["A", "B"].map((name) => shown(prompt, name));
  const choices = CRITERIA.map((criterion) => {
    const gap = taste(a, criterion) - taste(b, criterion) + FIRST + MOOD * (rng.next() - 0.5);
    return [criterion, Math.abs(gap) < TIE ? "tie" : gap > 0 ? "A" : "B"];
  });
  return { reason: "[offline] drawn, not judged.", ...Object.fromEntries(choices) } as Judgement;
}

function shown(prompt: string, name: string): string {
  return new RegExp(`<explanation_${name}>\\n([\\s\\S]*?)\\n</explanation_${name}>`).exec(prompt)?.[1] ?? "";
}

function taste(text: string | undefined, criterion: string): number {
  return keyedRng("taste", text ?? "", criterion === "overall" ? "accuracy" : criterion).next();
}
