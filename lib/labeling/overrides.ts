import type { Process } from "./names.ts";
import type { Mention } from "./records.ts";

export type Standing = "valid" | "invalid" | "undecided";

/** What a process made of mentions that stood in one way before it. */
export interface OverrideCell {
  readonly process: Exclude<Process, "extraction">;
  readonly from: Standing;
  readonly to: Standing;
  readonly mentions: number;
  /** Where gold knows the document: its last standing agrees with gold, or does not. */
  readonly right: number;
  readonly wrong: number;
}

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
  const counts = new Map<string, { -readonly [key in keyof OverrideCell]: OverrideCell[key] }>();
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
