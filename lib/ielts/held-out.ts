import { parseJson } from "corrigenda/json";
import { z } from "zod";
import { readBand } from "./bands.ts";
import { CRITERIA, type PerCriterion } from "./criteria.ts";
import { evaluationBands } from "./evaluation.ts";
import { COLUMNS } from "./example.ts";
import { readUserText } from "./finetune-line.ts";
import { plainWords } from "./near-duplicates.ts";
import { DATASET } from "./prepare.ts";

/** An essay that a model is to score, with the bands that it should get. */
export interface HeldOut {
  /** From 0, in its file. */
  readonly row: number;
  readonly prompt: string;
  readonly essay: string;
  readonly overall: number;
  /** Null where nobody gave one. */
  readonly bands: PerCriterion<number | null>;
}

/** Columns of a file of essays: the data set's own, or one score per criterion. */
export const SCORE_COLUMNS = [
  ...COLUMNS,
  ...(["overall_score", "tr_score", "cc_score", "lr_score", "gra_score"] as const),
] as const;
export type ScoreCells = Readonly<Record<(typeof SCORE_COLUMNS)[number], string | null>>;

const Line = z.object({ messages: z.array(z.object({ role: z.string(), content: z.string() })).length(3) });
const Answer = z.object({
  overall: z.number(),
  per_criterion: z.array(z.object({ name: z.string(), band: z.number() })).length(4),
});

/** An essay of a prepared file with its four bands; undefined where the line is none. @param text one line */
export function heldOutLine(
  text: string,
  row: number,
): (HeldOut & { readonly bands: PerCriterion<number> }) | undefined {
  const line = Line.safeParse(parseJson(text.replace(/^\uFEFF/, "")));
  const [, user, assistant] = line.data?.messages ?? [];
  const asked = readUserText(user?.content ?? "");
  const answer = Answer.safeParse(parseJson(assistant?.content ?? "")).data;
  const bands = answer && CRITERIA.map((name) => answer.per_criterion.find((one) => one.name === name)?.band);
  if (!asked || !answer || !bands?.every((band) => band !== undefined)) return undefined;
  return { row, ...asked, overall: answer.overall, bands: bands as unknown as PerCriterion<number> };
}

/** An essay of any other file, or why it is none. */
export function heldOutRow(cells: ScoreCells, row: number): HeldOut | string {
  const essay = (cells.essay ?? "").trim();
  if (essay === "") return "no essay";
  const { band: overall, from } = readBand(cells.overall_score ?? cells.band);
  if (from !== "band") return "no band that can be read";
  const named = evaluationBands(cells.evaluation ?? "");
  const own = [cells.tr_score, cells.cc_score, cells.lr_score, cells.gra_score].map((cell, place) => {
    const read = readBand(cell);
    return read.from === "band" ? read.band : (named[place] ?? null);
  });
  return { row, prompt: (cells.prompt ?? "").trim(), essay, overall, bands: own as unknown as HeldOut["bands"] };
}

/** The same for essays that differ in case, space and marks alone. */
export function essayKey(essay: string): string {
  return plainWords(essay).join(" ");
}

/** The declared data set that prepared files came from, by their metadata.json; "user" where nothing is known of it. */
export function rightsOf(metadata: string): "ielts" | "ielts-sample" | "user" {
  const { dataset } = z.object({ dataset: z.string() }).catch({ dataset: "" }).parse(parseJson(metadata));
  if (dataset === DATASET) return "ielts";
  return /(?:^|\/)data\/sample\/ielts\/[^/]+$/.test(dataset) ? "ielts-sample" : "user";
}
