import type { Detail, Report, TableCell, TableOptions } from "corrigenda/report";
import type { RatingsInput } from "./ratings-findings.ts";
import type { Imported, Rating } from "./ratings-import.ts";
import type { KeyLine } from "./ratings-sheets.ts";
import { agreementSection, meansSection, preferenceSection } from "./ratings-tables.ts";

const MOST_SHOWN = 200;

/** The page: agreement, means, comparisons, preferences, disagreements, what was left out. */
export function ratingsReport(input: RatingsInput): Report {
  const { run, provider, imported, findings } = input;
  const raters = [...new Set(imported.ratings.map(({ rater }) => rater))].sort();
  const { rows, details } = disagreements(input);
  return {
    title: `whyfix ${run}: human ratings`,
    question: "Which explanations do people find right and helpful, and do they agree?",
    provider,
    facts: {
      raters: raters.join(", "),
      "cells rated": String(imported.ratings.length),
      "cells left empty": String(imported.empty),
      "rows that did not come back": String(imported.missing),
      "cells and rows left out": String(imported.problems.length),
    },
    sections: [
      agreementSection(findings),
      meansSection(findings),
      preferenceSection(findings),
      {
        title: "Disagreements",
        intro: `The explanations on which raters are furthest apart, at most ${MOST_SHOWN}. A click opens the text.`,
        parts: rows.length === 0 ? [] : [{ table: disagreementTable(rows) }],
      },
      {
        title: "Left out",
        intro:
          imported.problems.length === 0
            ? "Every cell could be read."
            : "By file and line; the rest of each file counts.",
        parts: imported.problems.length === 0 ? [] : [{ table: problemTable(imported) }],
      },
    ],
    details,
  };
}

interface Disagreement {
  readonly gap: number;
  readonly row: Readonly<Record<string, TableCell>>;
}

function disagreements({ imported, key }: RatingsInput) {
  const texts = new Map(key.map((line) => [line.id, line]));
  const groups = new Map<string, Rating[]>();
  for (const rating of imported.ratings) {
    const name = `${rating.scale}\n${rating.item}`;
    groups.set(name, [...(groups.get(name) ?? []), rating]);
  }
  const details: Record<string, Detail> = {};
  const found: Disagreement[] = [];
  for (const own of groups.values()) {
    const [first] = own as [Rating, ...Rating[]];
    const values = own.map(({ value }) => value);
    if (new Set(values).size < 2) continue;
    const numbers = values.map(Number);
    const gap = numbers.some(Number.isNaN) ? 1 : Math.max(...numbers) - Math.min(...numbers);
    const line = texts.get(first.id);
    if (line) details[first.id] = detailOf(line);
    const said = own
      .map(({ rater, value }) => `${rater}: ${value}`)
      .sort()
      .join("; ");
    const sentence = { value: line?.sentence ?? "", detail: first.id };
    found.push({ gap, row: { scale: first.scale, method: first.method, said, gap, sentence } });
  }
  const rows = found
    .sort((a, b) => b.gap - a.gap)
    .slice(0, MOST_SHOWN)
    .map(({ row }) => row);
  const shown = new Set(rows.map(({ sentence }) => (sentence as { detail: string }).detail));
  return { rows, details: Object.fromEntries(Object.entries(details).filter(([id]) => shown.has(id))) };
}

function detailOf({ id, sentence, contrast, shown }: KeyLine): Detail {
  const texts = shown.map(({ system, text }) => ({ label: system, value: text, block: true }));
  const pair = contrast === undefined ? [] : [{ label: "pair", value: contrast }];
  return { title: id, fields: [{ label: "sentence", value: sentence, block: true }, ...pair, ...texts] };
}

function disagreementTable(rows: TableOptions["rows"]): TableOptions {
  const columns = [
    ...[
      { key: "scale", label: "scale" },
      { key: "method", label: "method" },
      { key: "said", label: "ratings" },
    ],
    ...[
      { key: "gap", label: "apart" },
      { key: "sentence", label: "sentence", wide: true },
    ],
  ];
  return { id: "disagreements", columns, rows };
}

function problemTable({ problems }: Imported): TableOptions {
  const columns = [
    ...[
      { key: "file", label: "file" },
      { key: "line", label: "line" },
      { key: "reason", label: "reason", wide: true },
    ],
  ];
  return { id: "left-out", columns, rows: problems.map((problem) => ({ ...problem })) };
}
