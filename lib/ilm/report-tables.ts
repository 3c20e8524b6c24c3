import type { LinkedCell, TableOptions } from "corrigenda/report";
import type { Interval } from "corrigenda/stats";
import type { Comparison } from "./compare-result.ts";
import { MEASURE_NAMES } from "./perplexity.ts";

function cell(interval: Interval | null | undefined): LinkedCell | null {
  return interval ? { value: interval.value, low: interval.low, high: interval.high } : null;
}

export function verdictTables({ verdicts, intervals }: Comparison): TableOptions[] {
  return [
    {
      id: "verdicts",
      caption: "The three hypotheses; all can hold at once",
      columns: [
        { key: "id", label: "" },
        { key: "statement", label: "statement", wide: true },
        { key: "rule", label: "by the source's rule" },
        {
          key: "interval",
          label: "by interval",
          note: `${(100 * intervals.joint).toFixed(0)} % a level, 95 % jointly`,
        },
        { key: "reason", label: "why not", wide: true },
      ],
      rows: verdicts.map(({ id, statement, rule, interval, reason }) => ({
        ...{ id, statement, rule, interval, reason: reason ?? "" },
      })),
    },
    {
      id: "verdicts-by-level",
      caption: "Level by level",
      columns: [
        { key: "id", label: "" },
        { key: "level", label: "level" },
        { key: "rule", label: "by the source's rule" },
        { key: "interval", label: "by interval" },
        { key: "why", label: "numbers", note: `${(100 * intervals.joint).toFixed(0)} % intervals`, wide: true },
      ],
      rows: verdicts.flatMap(({ id, levels }) => levels.map((one) => ({ id, ...one }))),
    },
  ];
}

export function cellTable({ cells }: Comparison): TableOptions {
  return {
    id: "perplexities",
    caption: "All perplexities, 95 % interval over documents",
    columns: [
      { key: "model", label: "model" },
      { key: "test", label: "test set" },
      { key: "documents", label: "documents" },
      { key: "tokens", label: "answer tokens" },
      { key: "infill", label: "infill", digits: 2 },
      { key: "infill_textonly", label: "infill, text only", digits: 2 },
      { key: "context", label: "context", digits: 2 },
    ],
    rows: cells.map(({ model, test, documents, tokens, perplexity }) => ({
      ...{ model, test, documents, tokens: tokens.infill },
      ...Object.fromEntries(MEASURE_NAMES.map((measure) => [measure, cell(perplexity[measure])])),
    })),
  };
}

export function gainTable({ gains }: Comparison): TableOptions {
  return {
    id: "gains",
    caption: "Level models and the general model, on each level's test set",
    columns: [
      { key: "level", label: "level" },
      { key: "documents", label: "test documents" },
      { key: "general", label: "general", unit: "perplexity", digits: 2 },
      { key: "own", label: "level's model", unit: "perplexity", digits: 2 },
      { key: "gain", label: "gain", unit: "%", digits: 1 },
      { key: "best", label: "best level model" },
      { key: "overBest", label: "general above the best", unit: "%", digits: 1 },
    ],
    rows: gains.map(({ level, documents, general, specialised, gain, best, overBest }) => ({
      ...{ level, documents, general: cell(general), own: cell(specialised), gain: cell(gain), best },
      overBest: cell(overBest),
    })),
  };
}

export function gapTable({ gaps, generalGaps }: Comparison): TableOptions {
  return {
    id: "gaps",
    caption: "Away from the own level; the general model: on each level, over all texts together",
    columns: [
      { key: "model", label: "model" },
      { key: "test", label: "test set" },
      { key: "perplexity", label: "perplexity", digits: 2 },
      { key: "ratio", label: "over its own test set", note: "also a harder test set", digits: 2 },
      { key: "excess", label: "over that level's model", note: "same documents", digits: 2 },
    ],
    rows: [
      ...gaps.flatMap(({ model, own, others, specificity, excess }) => [
        { model, test: `${model} (own)`, perplexity: cell(own), ratio: null, excess: null },
        ...others.map((one) => ({
          ...{ model, test: one.test, perplexity: cell(one.perplexity), ratio: cell(one.ratio) },
          excess: cell(one.excess),
        })),
        { model, test: "mean of the others", perplexity: null, ratio: cell(specificity), excess: cell(excess) },
      ]),
      ...generalGaps.map(({ test, perplexity, ratio }) => ({
        ...{ model: "all", test, perplexity: cell(perplexity), ratio: cell(ratio), excess: null },
      })),
    ],
  };
}

export function transferTable({ transfers }: Comparison): TableOptions {
  return {
    id: "transfer",
    caption: "Direct training, and fine-tuning the general model, with as many documents",
    columns: [
      { key: "level", label: "level" },
      { key: "size", label: "training documents" },
      { key: "direct", label: "direct", unit: "perplexity", digits: 2 },
      { key: "transferred", label: "fine-tuned", unit: "perplexity", digits: 2 },
      { key: "gain", label: "gain over direct", unit: "%", digits: 1 },
      { key: "overGeneral", label: "gain over general", unit: "%", digits: 1 },
    ],
    rows: transfers.map(({ level, size, direct, transferred, gain, overGeneral }) => ({
      ...{ level, size: size === null ? "all" : String(size), direct: cell(direct), transferred: cell(transferred) },
      ...{ gain: cell(gain), overGeneral: cell(overGeneral) },
    })),
  };
}

export function deploymentTable({ deployments }: Comparison): TableOptions {
  const mega = (bytes: number | null): number | null => (bytes === null ? null : bytes / 1e6);
  return {
    id: "deployments",
    caption: "Ways to use the models; perplexity: geometric mean of the five levels; gain: over the general model",
    columns: [
      { key: "name", label: "use" },
      { key: "needsLevel", label: "level", note: "known" },
      { key: "perplexity", label: "perplexity", digits: 2 },
      { key: "gain", label: "gain", unit: "%", digits: 1 },
      { key: "hours", label: "training", unit: "device hours" },
      { key: "weights", label: "weights", unit: "MB", digits: 1 },
      { key: "storage", label: "storage", unit: "MB", digits: 1 },
      { key: "speed", label: "speed", unit: "tokens/s", digits: 0 },
      { key: "hoursPerPercent", label: "hours per %" },
      { key: "bytesPerPercent", label: "MB per %", digits: 2 },
    ],
    rows: deployments.map((one) => ({
      ...{ name: one.name, needsLevel: one.needsLevel, perplexity: cell(one.perplexity), gain: cell(one.gain) },
      ...{ hours: one.hours, weights: mega(one.weightBytes), storage: mega(one.storageBytes) },
      ...{ speed: one.tokensPerSecond, hoursPerPercent: one.hoursPerPercent },
      bytesPerPercent: mega(one.bytesPerPercent),
    })),
  };
}

export function adviceTables({ recommendations, criteria }: Comparison): TableOptions[] {
  return [
    {
      id: "recommendations",
      columns: [
        { key: "scenario", label: "scenario" },
        { key: "source", label: "the source's rule", wide: true },
        { key: "choice", label: "by these numbers", wide: true },
        { key: "evidence", label: "evidence", wide: true },
        { key: "decided", label: "decided" },
      ],
      rows: recommendations.map((one) => ({ ...one })),
    },
    {
      id: "criteria",
      caption: "The source's success criteria",
      columns: [
        { key: "criterion", label: "criterion", wide: true },
        { key: "kind", label: "kind" },
        { key: "met", label: "met" },
        { key: "evidence", label: "evidence", wide: true },
      ],
      rows: criteria.map(({ met, ...one }) => ({ ...one, met: { value: met, failed: !met } })),
    },
  ];
}

export function recoveryTable({ recovery }: Comparison): TableOptions {
  return {
    id: "recovery",
    caption: "Masked words; overlap: of sets of letters and pairs of letters, mean F1 over words",
    columns: [
      { key: "model", label: "model" },
      { key: "test", label: "test set" },
      { key: "words", label: "words" },
      { key: "accuracy", label: "accuracy", digits: 3 },
      { key: "unigrams", label: "letters", unit: "F1", digits: 3 },
      { key: "bigrams", label: "pairs", unit: "F1", digits: 3 },
      ...["1", "2", "3-4", "5+"].map((key) => ({ key: `t${key}`, label: `${key} tokens`, digits: 3 })),
    ],
    rows: recovery.map(({ model, test, words, accuracy, unigrams, bigrams, bySubtokens }) => ({
      ...{ model, test, words, accuracy: cell(accuracy), unigrams: unigrams.f1, bigrams: bigrams.f1 },
      ...Object.fromEntries(bySubtokens.map((one) => [`t${one.tokens}`, one.accuracy])),
    })),
  };
}
