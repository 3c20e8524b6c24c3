import { type Column, formatCell, isNumeric, linked, type TableOptions } from "./cell.ts";

/** Longer tables go over pages: longtable. */
const ONE_PAGE_ROWS = 40;

/** A LaTeX table with booktabs, a caption and the label "tab:<id>"; numbers as the page shows them, every text escaped. */
export function latexOf({ id, columns, rows, caption = "" }: TableOptions): string {
  const alignment = columns.map((column) =>
    alignmentOf(column, isNumeric(rows.map((row) => linked(row[column.key]).value))),
  );
  const head = `\\toprule\n${line(columns.map(headingOf))}\\midrule\n`;
  const body = rows.map((row) => line(columns.map(({ key, digits }) => formatCell(row[key], digits)))).join("");
  const named = `\\caption{${escaped(caption)}}\n\\label{tab:${id}}`;
  const spec = alignment.join("");
  if (rows.length > ONE_PAGE_ROWS)
    return `% needs \\usepackage{booktabs,longtable}\n\\begin{longtable}{${spec}}\n${named}\\\\\n${head}\\endhead\n\\bottomrule\n\\endfoot\n${body}\\end{longtable}\n`;
  return `% needs \\usepackage{booktabs}\n\\begin{table}\n\\centering\n${named}\n\\begin{tabular}{${spec}}\n${head}${body}\\bottomrule\n\\end{tabular}\n\\end{table}\n`;
}

function alignmentOf({ wide }: Column, isNumber: boolean): string {
  if (isNumber) return "r";
  return wide ? "p{0.3\\linewidth}" : "l";
}

function headingOf({ label, unit }: Column): string {
  return unit === undefined ? label : `${label} (${unit})`;
}

function line(cells: readonly string[]): string {
  return `${cells.map(escaped).join(" & ")} \\\\\n`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  _: "\\_",
  "%": "\\%",
  "^": "\\textasciicircum{}",
  "~": "\\textasciitilde{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "\\textquotedbl{}",
  "–": "--",
  "−": "$-$",
  "\u00a0": "~",
  // "[" after "\\" at a line's start would be read as its optional argument.
  "[": "{[}",
  "]": "{]}",
};

/** Text without a command in it; line breaks and controls are spaces. */
function escaped(text: string): string {
  return text.replace(/[\\{}$&#_%^~<>|"–−\u00a0[\]]/g, (letter) => ESCAPES[letter] ?? "").replace(/\p{Cc}+/gu, " ");
}
