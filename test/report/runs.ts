import type { Exchanged, RunShown } from "corrigenda/report";

const STUDIES = ["ielts", "ilm", "labeling", "selfcorrect", "whyfix"];

/** Made-up runs, newest last; every name that can come from data is `planted` in each tenth of them. */
export function madeUpRuns(count: number, planted: string): RunShown[] {
  return Array.from({ length: count }, (_, at) => {
    const text = at % 10 === 0 ? planted : `main number ${at}`;
    const value = (at % 97) / 100;
    const unit = ["share", "kappa", "%", planted][at % 4] ?? "share";
    const headline = { name: text, value, low: value - 0.02, high: value + 0.02, n: 10 + at, unit };
    return {
      ...{
        study: STUDIES[at % STUDIES.length] ?? "ilm",
        run: `run-${at}`,
        provider: at % 3 === 0 ? "offline" : "openai",
      },
      headline: at % 25 === 24 ? undefined : headline,
      found: at % 25 === 24 ? [] : [{ ...headline, stage: "step2" }],
      models: [text],
      endedAt: new Date(Date.UTC(2026, 0, 1) + at * 3_600_000).toISOString(),
      usd: at / 1_000,
      open: at % 25 === 24 ? ["step2"] : [],
      files: at % 25 === 24 ? [] : [{ label: "report", href: `whyfix/run-${at}/report.html` }],
    };
  });
}

/** Rows of every state; all texts are `planted`. */
export function madeUpRows(count: number, planted: string): Exchanged[] {
  const answer = { model: planted, via: planted, at: "2026-11-01T00:00:00.000Z", paidBy: "whyfix/a/step1" };
  return Array.from({ length: count }, (_, at) => ({
    ...{
      id: `${at} ${planted}`,
      key: "a".repeat(64),
      request: `[user]\n${planted}`,
      reply: `{"text":${JSON.stringify(planted)}}`,
    },
    ...{
      ...answer,
      tokens: { input: 1_000 + at, cached: 0, output: 20, reasoning: 0 },
      usd: at % 3 === 0 ? null : 0.0001,
    },
    ...(at % 5 === 4 && { reply: undefined, tokens: undefined, usd: null, paidBy: undefined }),
    ...(at % 7 === 6 && { key: undefined, request: undefined, reply: undefined, tokens: undefined, record: planted }),
  }));
}
