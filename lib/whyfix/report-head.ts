import type { Stat } from "corrigenda/report";
import type { Interval } from "corrigenda/stats";
import type { ReportInput } from "./report.ts";
import { methodsOf, withinLimit } from "./report-figures.ts";
import { addFailures, between, count, listed, percent, plural, reasonsText, total, usdText } from "./report-texts.ts";
import type { CellSummary } from "./summary.ts";

/** The question that the page answers, and what was asked to answer it. */
export function question({ summary, setup, isWhole }: ReportInput): string {
  const { cells } = summary;
  const [inputs, lengths] = [
    new Set(cells.map(({ input }) => input)).size,
    new Set(cells.map(({ length }) => length)).size,
  ];
  const ways = [
    plural(methodsOf(cells).length, "method"),
    ...(inputs > 1 ? [plural(inputs, "input")] : []),
    plural(lengths, "length"),
  ];
  const asked = `Why did an editor replace the learner's word? ${plural(setup.rows.length, "learner error")}, each asked in ${plural(cells.length, "way")} (${listed(ways)}), to be answered in English and Traditional Chinese.`;
  return isWhole ? asked : `${asked} Steps 3 and 4 are not finished: what builds on step 2 is missing here.`;
}

/** What holds for the whole run. */
export function facts({ summary: { cells }, config, setup, picked, provider }: ReportInput): Record<string, string> {
  const { experiment } = setup;
  const { temp, effort, role, model } = experiment.run;
  const seen = (of: (cell: CellSummary) => string): string => listed([...new Set(cells.map(of))]);
  const limits = new Map(
    experiment.levels.length.map(({ name, words }) => [name, words ? `${words} words` : "no limit"]),
  );
  return {
    data: config.sampleType.replace(/:.*[\\/]/, ":"),
    "model asked for": seen((cell) => cell.model),
    ...(provider.name === "offline" ? {} : { "answered by": listed(picked.returned) }),
    ...(model.kind === "gpt" ? { temperature: String(temp.value) } : { effort: effort.value }),
    role: role.name,
    input: seen(({ input }) => input),
    length: seen(({ length }) => `${length} (${limits.get(length) ?? "unknown"})`),
    methods: seen(({ method }) => method),
  };
}

/** The numbers that the page opens with. */
export function stats({ summary: { headline, cells }, picked, provider }: ReportInput): Stat[] {
  const within = withinLimit(cells);
  const usd = total(cells.map((cell) => cell.usd));
  const answered = picked.total - picked.totalFailed;
  const failed = picked.totalFailed;
  return [
    {
      label: headline.name,
      value: headline.n === 0 ? "–" : percent(headline.value),
      note: headline.n === 0 ? "nothing was asked" : intervalText(headline),
    },
    ...(within
      ? [
          {
            label: "of them within the word limit",
            value: percent(within.value),
            note: intervalText(within),
          },
        ]
      : []),
    {
      label: "failed",
      value: count(failed),
      note:
        failed === 0
          ? `of ${plural(picked.total, "record")}`
          : `of ${plural(picked.total, "record")}: ${reasonsText(addFailures(cells))}`,
    },
    {
      label: provider.name === "offline" ? "cost, simulated" : "cost",
      value: usdText(usd),
      note: answered === 0 ? "no answers" : `${usdText((1_000 * usd) / answered)} per 1,000 answers`,
    },
  ];
}

function intervalText(share: Interval & { readonly n: number }): string {
  return `95 % interval ${between(share)}, n = ${count(share.n)}`;
}
