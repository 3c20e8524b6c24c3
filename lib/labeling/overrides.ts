import { z } from "zod";
import type { Process } from "./names.ts";
import type { Mention } from "./records.ts";

const STANDING = z.enum(["valid", "invalid", "undecided"]);
export type Standing = z.infer<typeof STANDING>;

const count = z.number().int().nonnegative();

/** What a process made of mentions that stood in one way before it: a line of evaluation/overrides.jsonl. */
export const OverrideCell = z.strictObject({
  process: z.enum(["judge", "reasoning"]),
  from: STANDING,
  to: STANDING,
  mentions: count,
  /** Where gold knows the document: its last standing agrees with gold, or does not. */
  right: count,
  wrong: count,
});
export type OverrideCell = z.infer<typeof OverrideCell>;

/** What stands of a mention after a process; the extraction takes all that it reports for data sets. */
export function standing(mention: Mention, process: Process): Standing {
  if (process === "extraction") return "valid";
  const judged = named(mention.verdicts.judge?.valid ?? null);
  if (process === "judge") return judged;
  const said = mention.verdicts.reasoning?.valid ?? null;
  return said === null ? judged : named(said);
}

function named(valid: boolean | null): Standing {
  return valid === null ? "undecided" : valid ? "valid" : "invalid";
}

/** Counts stage to stage changes. `truth`: whether a mention is a data set; undefined where gold does not know its document. */
export interface OverrideMatrix {
  add(mention: Mention): void;
  cells(): OverrideCell[];
}

export function overrideMatrix(truth: (mention: Mention) => boolean | undefined = () => undefined): OverrideMatrix {
  const counts = new Map<string, OverrideCell>();
  const put = (process: OverrideCell["process"], from: Standing, to: Standing, is: boolean | undefined): void => {
    const key = `${process} ${from} ${to}`;
    const cell = counts.get(key) ?? { process, from, to, mentions: 0, right: 0, wrong: 0 };
    cell.mentions += 1;
    if (is !== undefined && to !== "undecided") cell[is === (to === "valid") ? "right" : "wrong"] += 1;
    counts.set(key, cell);
  };
  return {
    add: (mention) => {
      const is = truth(mention);
      const judged = standing(mention, "judge");
      if (mention.verdicts.judge) put("judge", "valid", judged, is);
      if (mention.verdicts.reasoning) put("reasoning", judged, standing(mention, "reasoning"), is);
    },
    cells: () =>
      [...counts.values()].sort(
        (a, b) => order(a.process) - order(b.process) || order(a.from) - order(b.from) || order(a.to) - order(b.to),
      ),
  };
}

function order(word: string): number {
  return ["judge", "reasoning", "valid", "invalid", "undecided"].indexOf(word);
}
