import { StudyError } from "corrigenda/error";
import { ERROR_MODES, type RtsContext } from "./types.ts";

const MODES = [...ERROR_MODES, "unknown"] as const;
const CONFIDENCE = ["low", "medium", "high"] as const;
const TURN = ["early", "mid", "late"] as const;

/** The 54 keys of six modes, three bins of confidence and three of turns, then the nine of an unknown mode. Source: R4.74. */
export const CONTEXT_KEYS: readonly string[] = MODES.flatMap((mode) =>
  CONFIDENCE.flatMap((confidence) => TURN.map((turn) => `${mode}_${confidence}_${turn}`)),
);

/** Such as "anchored_high_early": confidence low < 0.4 <= medium < 0.7 <= high; turn early <= 1, mid <= 3, late after. */
export function contextKey(context: RtsContext): string {
  return CONTEXT_KEYS[contextIndex(context)] as string;
}

/** The place of a context's key in CONTEXT_KEYS. */
export function contextIndex({ errorMode, confidence, turnIndex }: RtsContext): number {
  const mode = MODES.indexOf(errorMode);
  if (mode < 0 || !(confidence >= 0 && confidence <= 1) || !(Number.isInteger(turnIndex) && turnIndex >= 0))
    throw new StudyError(
      "dataset",
      `a context of mode ${errorMode}, confidence ${confidence}, turn ${turnIndex}; give a known mode, [0, 1] and a whole number`,
    );
  const bin = confidence < 0.4 ? 0 : confidence < 0.7 ? 1 : 2;
  return mode * 9 + bin * 3 + (turnIndex <= 1 ? 0 : turnIndex <= 3 ? 1 : 2);
}
