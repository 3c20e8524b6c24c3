import { StudyError } from "corrigenda/error";
import type { Rng } from "corrigenda/rng";
import type { Executor, packBatch } from "corrigenda/train";
import { documentExamples } from "./example-document.ts";
import { TARGET } from "./example-layout.ts";
import type { Spans } from "./mask-hierarchical.ts";
import type { TokenSetup } from "./train-documents.ts";

/** A trained model that can be asked for the next token. */
export interface Generator {
  readonly executor: Pick<Executor, "predict">;
  readonly pack: typeof packBatch;
  readonly width: number;
  /** Tokens of the model's context at most. */
  readonly context: number;
}

/** Chooses a token. @param weights [vocab] probabilities of those that may come, 0 for the others; their sum may be below 1 */
export type Choose = (weights: Float32Array) => number;

/** What is to be filled in: a context with its blanks, up to <|startofinfill|>. */
export interface Blanks {
  readonly ids: readonly number[];
  readonly blanks: number;
}

/**
 * Writes the answers of several contexts side by side, a token of each in a run, until each has as many ends as blanks, or
 * as many tokens as may be. Answers that did not come are empty: there are always exactly as many as blanks.
 * @param most tokens of a context's answers, ends included @returns for each context, the tokens of its answers
 * @see Donahue, Lee & Liang 2020, section 3.1
 */
export async function generateAnswers(
  { executor, pack, width, context }: Generator,
  contexts: readonly Blanks[],
  { end, start }: { readonly end: number; readonly start: number },
  { most, choose }: { readonly most: number; readonly choose: Choose },
): Promise<number[][][]> {
  const states = contexts.map(({ ids, blanks }) => ({ ids: [...ids], blanks, answers: [[]] as number[][], made: 0 }));
  const isOpen = (one: (typeof states)[number]): boolean =>
    one.blanks > 0 && one.answers.length <= one.blanks && one.made < most && one.ids.length < context;
  for (let open = states.filter(isOpen); open.length > 0; open = open.filter(isOpen)) {
    // The last token of each is a stand-in: only its place is asked about.
    const examples = open.map(({ ids }) => ({ tokens: [...ids, 0], kinds: [...ids.map(() => 0), 1] }));
    const batch = pack(examples, { context, width, means: [[1]] });
    const probabilities = await executor.predict(batch);
    const vocab = probabilities.length / open.length;
    for (const [row, state] of open.entries()) {
      const weights = probabilities.slice(row * vocab, (row + 1) * vocab);
      for (let id = start; id < vocab; id++) if (id !== end) weights[id] = 0; // no blanks in answers
      const id = choose(weights);
      state.ids.push(id);
      state.made += 1;
      if (id === end) state.answers.push([]);
      else state.answers.at(-1)?.push(id);
    }
  }
  return states.map(({ answers, blanks }) => Array.from({ length: blanks }, (_, at) => answers[at] ?? []));
}

/** The likeliest token. */
export function likeliest(weights: Float32Array): number {
  let best = 0;
  for (let id = 1; id < weights.length; id++) if ((weights[id] as number) > (weights[best] as number)) best = id;
  return best;
}

/**
 * Nucleus sampling with the source's cut: of the probabilities in descending order those above the one at place
 * max(1, how many running sums are below p). @see Holtzman et al. 2020, https://arxiv.org/abs/1904.09751
 */
export function nucleus(rng: Rng, p: number): Choose {
  return (weights) => {
    const sorted = weights.toSorted().reverse();
    const total = sorted.reduce((sum, weight) => sum + weight, 0);
    let [below, sum] = [0, 0];
    for (const weight of sorted) {
      sum += weight / total;
      if (sum >= p) break;
      below += 1;
    }
    const cutoff = sorted[Math.max(1, below)] ?? 0;
    const kept = weights.map((weight) => (weight > cutoff ? weight : 0));
    const mass = kept.reduce((all, weight) => all + weight, 0);
    if (!(mass > 0)) return likeliest(weights); // equally likely ones at the cut
    let left = rng.next() * mass;
    for (const [id, weight] of kept.entries()) {
      left -= weight;
      if (weight > 0 && left < 0) return id;
    }
    return likeliest(weights);
  };
}

/** Two underscores or more. A space before a blank belongs to the answer's first token. */
const BLANK = / ?_{2,}/g;

/** A sentence with blanks as tokens. @param type name of what is missing: "word", "ngram" … Throws StudyError "config". */
export function blanksOf(sentence: string, type: string, types: readonly string[], setup: TokenSetup): Blanks {
  const mask = setup.tokens.masks[types.indexOf(type)];
  if (mask === undefined)
    throw new StudyError("config", `the model fills in ${types.join(", ")}, not ${type}; choose one of them`);
  const parts = sentence.split(BLANK);
  if (parts.length < 2) throw new StudyError("config", `there is no blank in the sentence; write ____ where one is`);
  const ids = parts.flatMap((part, at) => [...(at === 0 ? [] : [mask]), ...setup.tokenizer.encode(part)]);
  return { ids: [...ids, setup.tokens.start], blanks: parts.length - 1 };
}

/** The sentence, on one line, with its answers in place of the blanks. A model may write anything: control characters go. */
export function filledIn(sentence: string, answers: readonly string[]): string {
  let at = 0;
  return sentence.replace(BLANK, (blank) => {
    const answer = (answers[at++] ?? "").replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trimEnd();
    return blank.startsWith(" ") && answer !== "" && !answer.startsWith(" ") ? ` ${answer}` : answer;
  });
}

/** A masked text as tokens, up to <|startofinfill|>; undefined where two spans share a token. */
export function maskedText(text: string, spans: Spans, setup: TokenSetup): Blanks | undefined {
  const all = { ...setup, task: "ilm", length: Number.POSITIVE_INFINITY, skipNaiveIncomplete: false } as const;
  const [example] = documentExamples({ text, examples: [spans] }, setup.tokenizer, all, new Map());
  if (!example) return undefined;
  const end = example.types.indexOf(TARGET.CONTEXT_INFILL_SEP) + 1;
  return { ids: [...example.ids.subarray(0, end)], blanks: spans.length / 3 };
}
