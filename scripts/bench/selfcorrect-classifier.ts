// npx zx scripts/bench/selfcorrect-classifier.ts
// How long a prediction of failure mode and confidence takes: the trained classifier and the rules, on GSM8K's own worked
// solutions, right ones and ones whose numbers were altered. How good they are is not measured here.
import { openClaims } from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { collect, readJsonl } from "corrigenda/files";
import { keyedRng, type Rng } from "corrigenda/rng";
import * as selfcorrect from "corrigenda/selfcorrect";
import { realClock } from "corrigenda/time";

const script = defineScript({
  name: "scripts/bench/selfcorrect-classifier.ts",
  summary: "selfcorrect: microseconds for a prediction of failure mode and confidence.",
  flags: {},
});
const STEPS_PER_QUESTION = 20;
const [PREDICTIONS, ROUNDS, LIMIT_US] = [10_000, 5, 50];
const scoring = selfcorrect.scoringOf("gsm8k");

/** A solution, or the same with one more in each of its last numbers. */
function solution(answer: string, isRight: boolean, rng: Rng): string {
  if (isRight) return answer;
  const by = 1 + rng.int(3);
  return answer.replace(/(\d+)(?=\D*$)/, (last) => String(Number(last) + by)).replaceAll(/>>\d/g, ">>1");
}

function stepsOf({ question, answer }: { question: string; answer: string }, at: number): selfcorrect.Example[] {
  const rng = keyedRng(1, "bench", at);
  return Array.from({ length: STEPS_PER_QUESTION }, () => {
    const [wasCorrect, isCorrect] = [rng.next() < 0.5, rng.next() < 0.6];
    const [initialAnswer, revisedAnswer] = [solution(answer, wasCorrect, rng), solution(answer, isCorrect, rng)];
    const same = selfcorrect.sameAnswer(initialAnswer, revisedAnswer, scoring);
    const mode = selfcorrect.failureModeOf({ same, wasCorrect, isCorrect });
    const answers = [initialAnswer, revisedAnswer].map((text) => scoring.extract(text));
    const repromptId = rng.pick(["p_try_again", "p_are_you_sure", "p_think_less"]);
    const revision = { initialAnswer, revisedAnswer, repromptId, answers, question };
    return { revision, scoring, mode, group: `question ${at}` };
  });
}

await main(script, async (_, { disk, print }) => {
  const read = await collect(readJsonl(disk, "data/sample/selfcorrect/gsm8k.jsonl"));
  const steps = read.flatMap(({ value }, at) => stepsOf(value as { question: string; answer: string }, at));
  const { model, vectorizer } = selfcorrect.train(steps, { seed: 42, name: "bench", penalties: [10] });
  const revisions = steps.map(({ revision }) => revision);
  const letters = revisions.reduce((sum, one) => sum + one.initialAnswer.length + one.revisedAnswer.length, 0);
  print(
    `${revisions.length} steps of ${Math.round(letters / revisions.length)} letters; ${vectorizer.terms.length} terms`,
  );
  const claims = openClaims(print);
  const contestants = [
    { name: "the trained classifier", classifier: selfcorrect.restoreClassifier({ model, vectorizer }, scoring) },
    { name: "the rules", classifier: selfcorrect.ruleClassifier(scoring) },
  ];
  for (const { name, classifier } of contestants) {
    const times: number[] = [];
    // The first round lets the engine compile and is not counted.
    for (let round = 0; round <= ROUNDS; round++) {
      const start = realClock.now();
      let sum = 0;
      for (let at = 0; at < PREDICTIONS; at++) {
        const revision = revisions[at % revisions.length];
        if (revision) sum += classifier.predict(revision).confidence_score;
      }
      if (round > 0 && sum > 0) times.push(((realClock.now() - start) * 1_000) / PREDICTIONS);
    }
    const value = times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
    const limit = { unit: "µs", limit: LIMIT_US, wanted: "at most", binding: false } as const;
    claims.add({ name: `a prediction by ${name}`, value, ...limit });
  }
  claims.end();
});
