import type { SimulatedRequest, Simulator } from "corrigenda/provider";
import { keyedRng, type Rng } from "corrigenda/rng";
import type { Cell, Level, Rates } from "./simulate-chain.ts";
import { mockQuestion } from "./simulate-mock.ts";
import { cellFor, type Preset } from "./simulate-presets.ts";
import { type Known, type Manner, nearMisses, reply, stay } from "./simulate-wording.ts";
import type { Template } from "./types.ts";

export interface SimulatedModel {
  readonly preset: Preset;
  /** Templates by whose text a re-prompt is known; others are answered by the cell's general rates. */
  readonly templates: readonly Template[];
  /** The question behind a first prompt, where it has come by. Mock questions need none. */
  readonly references: (firstPrompt: string) => Known | undefined;
  /** Answers every question with this data set's cell, whatever its own is. */
  readonly dataset?: string;
}

/**
 * A model that fixes and breaks its answers as often as the preset says. It keeps nothing: the last answer is in the
 * request. How hard a question is follows from its text; all other chance is `rng`'s. It says nothing about any model.
 * @returns undefined for a request that is no first prompt or re-prompt of a known question
 */
export function simulateSelfcorrect({ preset, templates, references, dataset }: SimulatedModel): Simulator {
  const find = templateFinder(templates);
  const cells = new Map<string, KnownCell>();
  const cellOf = (name: string): KnownCell => {
    const known = cells.get(name) ?? knownCell(cellFor(preset, name));
    cells.set(name, known);
    return known;
  };
  return ({ messages }, rng) => {
    const [first, last, prompt, ...more] = messages.filter(({ role }) => role !== "system");
    if (first?.role !== "user" || more.length > 0) return undefined;
    const known = references(first.content) ?? mockQuestion(first.content);
    if (known === undefined) return undefined;
    const { cell, ratesOf } = cellOf(dataset ?? known.scoring.name);
    const at = levelOf(cell, known.question.question);
    if (last === undefined) return answerFirst((cell[at] as Level).first, known, rng);
    if (last.role !== "assistant" || prompt?.role !== "user") return undefined;
    return answerAgain(last.content, ratesOf(at, find(prompt.content)), known, rng);
  };
}

interface KnownCell {
  readonly cell: Cell;
  ratesOf(level: number, template: Template | undefined): Rates;
}

/** Rates are worked out once for each level and template: some presets draw them. */
function knownCell(cell: Cell): KnownCell {
  const kept = cell.map(() => new Map<Template | undefined, Rates>());
  const ratesOf: KnownCell["ratesOf"] = (level, template) => {
    const rates = kept[level]?.get(template) ?? (cell[level] as Level).rates(template);
    kept[level]?.set(template, rates);
    return rates;
  };
  return { cell, ratesOf };
}

/** A question is as hard for every preset with these shares, and for every wording of the prompt. */
export function levelOf(cell: Cell, question: string): number {
  let left = keyedRng("difficulty", question).next();
  const at = cell.findIndex(({ share }) => {
    left -= share;
    return left < 0;
  });
  return at < 0 ? cell.length - 1 : at;
}

function answerFirst(accuracy: number, known: Known, rng: Rng): string {
  return rng.next() < accuracy ? sayRight("first", known, rng) : sayWrong("first", known, rng);
}

function answerAgain(last: string, { ecr, eir, waver, polish }: Rates, known: Known, rng: Rng): string {
  const chance = rng.next();
  if (known.scoring.isCorrect(last, known.question.reference_answer)) {
    if (chance < eir) return sayWrong("changed", known, rng, last);
    return chance < eir + polish ? sayRight("polished", known, rng, last) : stay(last, true, known);
  }
  if (chance < ecr) return sayRight("changed", known, rng, last);
  return chance < ecr + waver ? sayWrong("changed", known, rng, last) : stay(last, false, known);
}

/** A reference is the answer itself, or a worked solution that ends on it. */
function answerOf({ question: { reference_answer }, scoring }: Known): string {
  return (reference_answer.includes("\n") ? scoring.extract(reference_answer) : undefined) ?? reference_answer;
}

function sayRight(opening: Manner["opening"], known: Known, rng: Rng, last?: string): string {
  return reply(answerOf(known), { opening, right: true, last }, known, rng) ?? known.question.reference_answer;
}

/** A near miss, another one than the last reply's; the last reply again where there is no other. */
function sayWrong(opening: Manner["opening"], known: Known, rng: Rng, last?: string): string {
  const { question, scoring } = known;
  const had = last === undefined ? undefined : scoring.extract(last);
  const pool = nearMisses(answerOf(known), question).filter((one) => had === undefined || !scoring.same(one, had));
  while (pool.length > 0) {
    // The square favours the likeliest ones, so that wrong answers agree at times, as they do in practice.
    const [tried = ""] = pool.splice(Math.floor(pool.length * rng.next() ** 2), 1);
    const text = reply(tried, { opening, right: false, last }, known, rng);
    if (text !== undefined) return text;
  }
  if (last === undefined) return "I could not work this out.";
  return stay(last, scoring.isCorrect(last, question.reference_answer), known);
}

/** A template by its text with any answer in its place. */
function templateFinder(templates: readonly Template[]): (prompt: string) => Template | undefined {
  const whole = new Map<string, Template>();
  const around: { readonly start: string; readonly end: string; readonly template: Template }[] = [];
  for (const template of templates) {
    const parts = template.text.split("<ANSWER>");
    if (parts.length === 1) whole.set(template.text, template);
    else around.push({ start: parts[0] ?? "", end: parts.at(-1) ?? "", template });
  }
  // The longest surroundings first: a template may begin as another one does.
  around.sort((a, b) => b.start.length + b.end.length - a.start.length - a.end.length);
  return (prompt) =>
    whole.get(prompt) ??
    around.find(
      ({ start, end }) =>
        prompt.startsWith(start) && prompt.endsWith(end) && prompt.length >= start.length + end.length,
    )?.template;
}

/**
 * Asks a simulator in this process. `rngOf` decides what is drawn: from the offline service's key of the same request
 * come the same answers as over HTTP; the default is cheaper and gives others, by the same probabilities.
 * @returns undefined where the simulator does not know the request
 */
export function simulatedAsk(
  simulator: Simulator,
  rngOf: (request: SimulatedRequest) => Rng = ({ model, messages }) =>
    keyedRng("offline", model, JSON.stringify(messages)),
): (request: SimulatedRequest) => string | undefined {
  return (request) => simulator(request, rngOf(request));
}
