import {
  type Evaluation,
  evaluate,
  type Judgement,
  type JudgeRecord,
  judgeItems,
  judgePairs,
  type Rating,
  type Scored,
} from "corrigenda/whyfix";

const factors = {
  ...{
    method: "baseline",
    model: "m",
    input: "t",
    role: "linguist",
    temperature: "0",
    effort: "none",
    length: "fifty",
  },
};

/** An explanation of a learner error, asked for in some way, with one score throughout. */
export function answer(
  error: number,
  changes: Partial<Scored["factors"]>,
  score: number | null,
  more: Partial<Scored> = {},
): Scored {
  const own = { ...factors, ...changes };
  const all = ["bleu", "bleu1", "bleu2", "meteor", "rouge1", "rouge2", "rougeL", "chrf"] as const;
  return {
    custom_id: `${error}_${Object.values(own).join("_").replaceAll(" ", "-")}`,
    data_index: error,
    factors: own,
    sentence: `sentence ${error}`,
    text: `${own.method} ${own.length} on ${error}`,
    ...{ words: 10, within: true, entries: { example_en: 2 }, complete: true, usd: 0.001 },
    scores: score === null ? null : (Object.fromEntries(all.map((name) => [name, score])) as Scored["scores"]),
    ...more,
  };
}

/** An evaluation of these explanations alone. */
export const given = (
  answers: readonly Scored[],
  judged?: readonly JudgeRecord[],
  ratings: readonly Rating[] = [],
): Evaluation =>
  evaluate({
    ...{ provider: "offline", rows: [], answers, ratings, seed: 1126 },
    ...(judged && { judged: { model: "judge", records: judged } }),
  });

/** Both orders of every pair, answered by a function of the two texts as they are shown. */
export function judged(
  answers: readonly Scored[],
  judge: (a: string, b: string) => Judgement["overall"],
): JudgeRecord[] {
  return [...judgeItems(judgePairs(answers, { seed: 7, pairs: 1_000 }))].map(({ pair, order }) => {
    const [a, b] = order === 1 ? [pair.first, pair.second] : [pair.second, pair.first];
    const choice = judge(a.text, b.text);
    return {
      ...{ custom_id: `judge_${pair.number}_${order}`, pair: pair.number, order, data_index: pair.error },
      ...{ first: pair.first.id, second: pair.second.id, error: null, reason: null },
      judgement: { reason: "", accuracy: choice, helpfulness: choice, information: choice, overall: choice },
      ...{ provider: "offline", returned_model: null, usd: 0 },
    };
  });
}
