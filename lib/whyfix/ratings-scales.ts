/** The four scales that raters fill in, by the column's name. */
export const SCALES = {
  Accuracy: {
    sheet: "scores",
    values: ["1", "2", "3", "4", "5"],
    ordered: true,
    about:
      "Is what the explanation says about both words and the sentence true? 1: wrong; 3: partly; 5: all of it is true.",
  },
  Helpfulness: {
    sheet: "scores",
    values: ["1", "2", "3", "4", "5"],
    ordered: true,
    about: "Would a learner understand the correction and use the word rightly next time? 1: no; 3: partly; 5: surely.",
  },
  Preference: {
    sheet: "pairs",
    values: ["A", "B", "tie"],
    ordered: false,
    about: "Which explanation would you give a learner? A, B, or tie.",
  },
  "Crucial Information Preservation": {
    sheet: "pairs",
    values: ["both", "A", "B", "neither"],
    ordered: false,
    about:
      "Which of them holds the crucial information, without which the correction cannot be understood? both, A, B, or neither.",
  },
} as const;

export type Scale = keyof typeof SCALES;
export type SheetKind = "scores" | "pairs";

export const SCALE_NAMES = Object.keys(SCALES) as readonly Scale[];

/** The scales of a sheet, in the order of its columns. */
export function scalesOf(sheet: SheetKind): readonly Scale[] {
  return SCALE_NAMES.filter((name) => SCALES[name].sheet === sheet);
}

/** What a cell says: undefined where it is empty, "bad" where it is none of the scale's values. Case and "4.0" are forgiven. */
export function readCell(scale: Scale, cell: string): string | "bad" | undefined {
  const text = cell.trim();
  if (text === "") return undefined;
  const bare = SCALES[scale].ordered ? text.replace(/[.,]0+$/, "") : text.toLowerCase();
  return SCALES[scale].values.find((value) => value.toLowerCase() === bare) ?? "bad";
}

/** What raters are told: a text beside their sheets. */
export function guideText(): string {
  const of = (sheet: SheetKind): string[] => scalesOf(sheet).map((name) => `  ${name}: ${SCALES[name].about}`);
  return [
    "How to rate",
    "",
    "Each row shows a learner's sentence: [-learner's word-]{+editor's word+}. The explanations say why the word was replaced.",
    "Rate each row by itself, in the order of the sheet. You do not know how an explanation came about; please do not guess.",
    "Leave a cell empty where you cannot say. Change no other column. Save as CSV (UTF-8).",
    "An apostrophe before a sign such as = is there so that no program takes the text for a formula.",
    "If all cells of a row stand in one column, open the file through Data, From Text/CSV, with the comma between cells.",
    "",
    "<name>-scores.csv, one explanation a row:",
    ...of("scores"),
    "",
    "<name>-pairs.csv, two explanations a row, A and B in random order:",
    ...of("pairs"),
    "",
  ].join("\r\n");
}
