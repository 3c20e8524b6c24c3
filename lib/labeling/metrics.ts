import type { Metric } from "corrigenda/results";
import { wilson } from "corrigenda/stats";
import type { Process } from "./names.ts";
import type { Mention } from "./records.ts";
import type { ReplyRecord } from "./replies.ts";

export interface MetricsInput {
  readonly process: Process;
  /** Who answered. */
  readonly provider: string;
  readonly replies: AsyncIterable<Pick<ReplyRecord, "ok">>;
  readonly mentions: AsyncIterable<Mention>;
}

/** The numbers of a stage as metrics.json holds them: shares with Wilson's interval. */
export async function labelingMetrics({ process, provider, replies, mentions }: MetricsInput): Promise<{
  headline: Metric;
  metrics: Metric[];
}> {
  const parsed = { hits: 0, n: 0 };
  for await (const { ok } of replies) count(parsed, ok);
  const sums = { found: counter(), valid: counter(), undecided: counter(), overturned: counter() };
  for await (const { evidence, verdicts, valid } of mentions) {
    const verdict = verdicts[process];
    count(sums.found, evidence.state === "found");
    count(sums.undecided, valid === null);
    if (verdict?.state !== "answered") continue;
    count(sums.valid, verdict.valid === true);
    count(sums.overturned, verdict.overrides);
  }
  const share = (name: string, { hits, n }: Counter): Metric => ({
    ...{ name, ...wilson(hits, n), n, unit: "share", provider },
  });
  const all: Record<Process, Metric[]> = {
    extraction: [share("quotes that stand on their page", sums.found)],
    judge: [share("mentions judged valid", sums.valid), share("mentions without a verdict", sums.undecided)],
    reasoning: [
      share("mentions found valid", sums.valid),
      share("verdicts of the judge overturned", sums.overturned),
      share("mentions without a verdict", sums.undecided),
    ],
  };
  return { headline: share(`${process} replies that parse`, parsed), metrics: all[process] };
}

interface Counter {
  hits: number;
  n: number;
}

function counter(): Counter {
  return { hits: 0, n: 0 };
}

function count(counted: Counter, hit: boolean): void {
  counted.n += 1;
  if (hit) counted.hits += 1;
}
