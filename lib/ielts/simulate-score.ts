import type { SimulatedRequest } from "corrigenda/provider";
import type { Rng } from "corrigenda/rng";
import { sentences } from "corrigenda/text";
import { overallOf, roundToHalf } from "./bands.ts";
import { CRITERIA, type PerCriterion } from "./criteria.ts";
import { countsOf, cuesOf } from "./cues.ts";
import { readUserText } from "./finetune-line.ts";

/** Shares of replies that break off, and of bands that are no half bands. */
const RATES = { cut: 0.008, offGrid: 0.004 } as const;

/** A score from counting, and chance: it says nothing about any model. */
export function simulateScore({ messages }: SimulatedRequest, rng: Rng): string | undefined {
  const essay = readUserText(messages.at(-1)?.content ?? "")?.essay;
  if (essay === undefined) return undefined;
  const parts = sentences(essay).map(({ start, end }) => essay.slice(start, end));
  const cues = cuesOf(essay);
  const counts = countsOf(essay, parts.length);
  const faults = (100 * cues.length) / Math.max(1, counts.words);
  const common = 4.5 + Math.min(2.5, counts.words / 130) - Math.min(2, faults / 2);
  const own = [
    (counts.words - 220) / 200,
    (counts.paragraphs - 3) / 3 + (100 * counts.connectives) / Math.max(1, counts.words) / 6,
    (counts.variety - 0.5) * 5,
    (14 - Math.abs(18 - counts.sentenceWords)) / 20,
  ];
  const bands = own.map((one) => roundToHalf(Math.min(9, Math.max(2, common + one + (rng.next() - 0.5) * 1.4))));
  const shown = rng.next() < RATES.offGrid ? bands.map((band) => band + 0.2) : bands;
  const answer = JSON.stringify({
    per_criterion: CRITERIA.map((name, at) => ({
      ...{ name, band: shown[at], evidence_quotes: [rng.pick(parts.length > 0 ? parts : [essay]).slice(0, 300)] },
      errors: cues.slice(at, at + 1),
      suggestions: [`Read the essay once more for ${name.toLowerCase()}.`],
    })),
    overall: overallOf(bands as unknown as PerCriterion<number>),
  });
  return rng.next() < RATES.cut ? answer.slice(0, Math.floor(answer.length / 2)) : answer;
}
