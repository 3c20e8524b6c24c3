import { parseJson } from "corrigenda/json";
import type { TuningEvent } from "corrigenda/provider";
import type { ChartOptions, ReportSection, Trace } from "corrigenda/report";
import { lossesOf, type Tuned } from "./finetune.ts";
import { count } from "./report-evaluation.ts";

/** A finished job, for its section. */
export interface TuningShown {
  readonly tuned: Tuned;
  readonly losses: readonly NonNullable<ReturnType<typeof lossesOf>>[];
}

/** Losses of events.jsonl; lines that a kill tore are passed over. */
export async function lossPoints(lines: AsyncIterable<string>): Promise<TuningShown["losses"]> {
  const points: NonNullable<ReturnType<typeof lossesOf>>[] = [];
  for await (const line of lines) {
    const event = parseJson(line) as unknown as TuningEvent | undefined;
    const found = event && lossesOf(event);
    if (found) points.push(found);
  }
  return points;
}

export function tuningSection({ tuned, losses }: TuningShown): ReportSection {
  const { provider, base_model, model, trained_tokens: tokens, usd, job } = tuned;
  const isOffline = provider === "offline";
  const paid = isOffline ? "nothing was paid" : usd === null ? "price unknown" : `about $${usd.toFixed(2)}`;
  const trained = tokens === null ? "tokens not told" : `${count(tokens)} tokens ${isOffline ? "counted" : "billed"}`;
  const whose = isOffline ? "The offline service answered: nothing was trained, the losses are simulated. " : "";
  return {
    title: isOffline ? "Fine-tuning, simulated" : `Fine-tuning of ${base_model}`,
    intro: `${whose}Job ${job} made ${model} of ${base_model}: ${trained}, ${paid}.`,
    parts: losses.length === 0 ? [] : [{ figure: lossFigure(losses, isOffline) }],
  };
}

function lossFigure(losses: TuningShown["losses"], isOffline: boolean): ChartOptions {
  const x = losses.map(({ step }) => step);
  const trace = (name: string, y: readonly (number | null)[]): Trace => ({
    ...{ type: "scatter", mode: "lines+markers", name, x, y: [...y] },
  });
  const valid = losses.map((one) => one.valid);
  return {
    id: "losses",
    title: isOffline ? "Losses by step, simulated" : "Losses by step",
    caption: "Points: what the service told. Validation loss that rises while training loss falls is overfitting.",
    x: { title: "step" },
    y: { title: "loss" },
    data: [
      trace(
        "train.jsonl",
        losses.map((one) => one.train),
      ),
      ...(valid.some((one) => one !== null) ? [trace("validation.jsonl", valid)] : []),
    ],
  };
}
