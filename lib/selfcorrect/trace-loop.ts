import { StudyError } from "corrigenda/error";
import { observationsOf, traceOne } from "./trace-one.ts";
import type { QuestionOrBad, TraceOptions, TraceOutcome } from "./trace-types.ts";
import type { Observation, Policy } from "./types.ts";

/** Traces under way, and the policy that they leave behind. */
export interface TraceLoop {
  /**
   * One outcome per question, in order; the same ones at any concurrency. Throws what ended the run, after every outcome
   * that came before it. To be read once.
   */
  outcomes(questions: AsyncIterable<QuestionOrBad> | Iterable<QuestionOrBad>): AsyncGenerator<TraceOutcome>;
  /** The policy after all outcomes given so far. */
  policy(): Policy;
  /** How many times it was updated. */
  updates(): number;
}

/** Throws StudyError "config" where more traces than `lag` would run at a time. */
export function checkLag({ lag, concurrency }: Pick<TraceOptions, "lag" | "concurrency">): void {
  if (concurrency <= lag) return;
  throw new StudyError(
    "config",
    `${concurrency} traces at a time, but each may miss only the last ${lag - 1}: set --lag ${concurrency} or --concurrency ${lag}`,
  );
}

/** Opens a loop. Throws as checkLag does. */
export function openTraces(options: TraceOptions): TraceLoop {
  checkLag(options);
  const lesson = new Lesson(options);
  return {
    outcomes: (questions) => new Window(options, lesson, questions).outcomes(),
    policy: () => lesson.whole(),
    updates: () => lesson.updates,
  };
}

/** What the policy has learnt: its states at the ends of batches, as far back as a trace may still ask for. */
class Lesson {
  readonly #options: TraceOptions;
  #states: { readonly after: number; readonly policy: Policy }[];
  #open: Observation[] = [];
  /** Outcomes taken in. */
  count = 0;

  constructor(options: TraceOptions) {
    this.#options = options;
    this.#states = [{ after: 0, policy: options.policy }];
  }

  /** Also a last batch that is not full. */
  get updates(): number {
    const { learns, updateEvery } = this.#options;
    return learns ? Math.ceil(this.count / updateEvery) : 0;
  }

  take(outcome: TraceOutcome): void {
    const { updateEvery, learns } = this.#options;
    if (learns && outcome.ok) for (const one of observationsOf(outcome.trace)) this.#open.push(one);
    this.count += 1;
    if (this.count % updateEvery !== 0 || this.#open.length === 0) return;
    this.#states.push({ after: this.count, policy: this.whole() });
    this.#open = [];
  }

  /** The state that trace `index` decides with. Traces ask in order, so older states go. */
  at(index: number): Policy {
    const known = index - this.#options.lag + 1;
    while (this.#states.length > 1 && (this.#states[1]?.after ?? 0) <= known) this.#states.shift();
    return this.#states[0]?.policy ?? this.#options.policy;
  }

  whole(): Policy {
    const last = this.#states.at(-1)?.policy ?? this.#options.policy;
    return this.#open.length === 0 ? last : last.after(this.#open);
  }
}

/** At most `concurrency` traces under way, and at most `lag` of them finished and not yet given. */
class Window {
  readonly #options: TraceOptions;
  readonly #lesson: Lesson;
  readonly #questions: AsyncIterator<QuestionOrBad> | Iterator<QuestionOrBad>;
  readonly #ready = new Map<number, TraceOutcome>();
  #kept: AsyncIterator<TraceOutcome> | undefined;
  #next = 0;
  #active = 0;
  #exhausted = false;
  #filling = false;
  #stop: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(
    options: TraceOptions,
    lesson: Lesson,
    questions: AsyncIterable<QuestionOrBad> | Iterable<QuestionOrBad>,
  ) {
    this.#options = options;
    this.#lesson = lesson;
    this.#questions = Symbol.iterator in questions ? questions[Symbol.iterator]() : questions[Symbol.asyncIterator]();
    this.#kept = options.kept?.[Symbol.asyncIterator]();
  }

  async *outcomes(): AsyncGenerator<TraceOutcome> {
    try {
      for (;;) {
        const outcome = this.#ready.get(this.#lesson.count);
        if (outcome) {
          this.#ready.delete(this.#lesson.count);
          this.#lesson.take(outcome);
          this.#fill();
          yield outcome;
        } else if (this.#isOver) {
          if (this.#stop) throw this.#stop.error;
          return;
        } else {
          this.#fill();
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.#exhausted = true; // a reader who leaves starts no more traces
      await this.#questions.return?.();
      await this.#kept?.return?.();
    }
  }

  get #isOver(): boolean {
    return this.#active === 0 && !this.#filling && (this.#stop !== undefined || this.#exhausted);
  }

  get #hasRoom(): boolean {
    const { concurrency, lag } = this.#options;
    return this.#active < concurrency && this.#next - this.#lesson.count < lag && !this.#exhausted && !this.#stop;
  }

  /** Takes questions one after the other while there is room. */
  #fill(): void {
    if (this.#filling || !this.#hasRoom) return;
    this.#filling = true;
    this.#takeQuestions().then(
      () => this.#filled(),
      (error: unknown) => {
        this.#stop ??= { error };
        this.#filled();
      },
    );
  }

  #filled(): void {
    this.#filling = false;
    this.#wake();
  }

  async #takeQuestions(): Promise<void> {
    while (this.#hasRoom) {
      const step = this.#questions.next();
      const { done, value } = step instanceof Promise ? await step : step;
      if (done) {
        this.#exhausted = true;
        return;
      }
      const index = this.#next++;
      const kept = await this.#nextKept();
      if (kept) this.#ready.set(index, sameQuestion(kept, value, index));
      else this.#begin(index, value);
      if (this.#ready.has(this.#lesson.count)) this.#wake();
    }
  }

  async #nextKept(): Promise<TraceOutcome | undefined> {
    if (!this.#kept) return undefined;
    const { done, value } = await this.#kept.next();
    if (!done) return value;
    this.#kept = undefined;
    return undefined;
  }

  #begin(index: number, row: QuestionOrBad): void {
    const { dataset, provider, ask } = this.#options;
    if (!row.ok) {
      const failure = {
        ...{ index, dataset_name: dataset, question_id: null, place: row.place },
        ...{ code: "dataset" as const, reason: row.reason, provider },
      };
      this.#ready.set(index, { ok: false, index, failure });
      return;
    }
    this.#active += 1;
    const policy = this.#lesson.at(index);
    traceOne({ index, question: row.row, policy }, this.#options, ask).then(
      (outcome) => {
        this.#ready.set(index, outcome);
        this.#ended(index);
      },
      (error: unknown) => {
        this.#stop ??= { error };
        this.#ended(index);
      },
    );
  }

  #ended(index: number): void {
    this.#active -= 1;
    this.#fill();
    if (index === this.#lesson.count || this.#isOver) this.#wake();
  }
}

/** What an earlier process finished has to be of the same questions. */
function sameQuestion(kept: TraceOutcome, row: QuestionOrBad, index: number): TraceOutcome {
  const before = kept.ok ? kept.trace.question_id : kept.failure.question_id;
  const now = row.ok ? row.row.id : null;
  if (before === now && kept.index === index) return kept;
  throw new StudyError(
    "stage",
    `question ${index + 1} was ${before} when this run began and is ${now} now; restore the data set, or start another run`,
    { facts: { index } },
  );
}
