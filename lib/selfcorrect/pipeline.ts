import { isStudyError, toStudyError } from "corrigenda/error";
import type { Appender, Disk } from "corrigenda/files";
import type { ModelRequest } from "corrigenda/provider";
import type { Clock } from "corrigenda/time";
import { chooseClassifier } from "./classify-choose.ts";
import { FINAL_POLICY, LOG_DIR, policyFile, summaryFile, tracesFile } from "./export.ts";
import { mockQuestions } from "./mock-questions.ts";
import { createPolicy } from "./policy-create.ts";
import { spacedAsk } from "./progress.ts";
import { scoringOf } from "./score.ts";
import { type Summary, summaryOf } from "./summary.ts";
import { traceTally } from "./summary-tally.ts";
import { actionsOf, ownTemplates } from "./templates.ts";
import { FAILURES } from "./trace-files.ts";
import { openTraces } from "./trace-loop.ts";
import { traceOne } from "./trace-one.ts";
import type { Answered, Ask, QuestionOrBad, TraceSetting } from "./trace-types.ts";
import type { Classifier, Feedback, Policy, Question, Scoring, Template, TraceRecord } from "./types.ts";

/** A model as the source's pipeline sees it. Source: R4.12. */
export interface LlmProvider {
  /** @returns the text, and the tokens of prompt and text. Rejects where there is none; after retries of its own */
  generate(prompt: string, maxTokens?: number): Promise<{ readonly text: string; readonly tokens: number }>;
}

/** Where questions come from; write one for a data set of your own. Source: R4.16, R4.70. */
export interface DatasetStreamer {
  streamQuestions(limit?: number): AsyncIterable<Question> | Iterable<Question>;
}

/** Source: R4.38 to R4.42, R4.75, with the source's defaults. */
export interface ScalePipelineOptions {
  readonly llmProvider: LlmProvider;
  /** Reads the classifier's files and writes the logs. */
  readonly disk: Disk;
  readonly clock: Clock;
  readonly classifierModelPath?: string;
  readonly classifierVectorizerPath?: string;
  /** One of ALGORITHMS. Default "thompson_sampling". */
  readonly rtsAlgorithm?: string;
  /** Answers of a trace at most. Default 5. */
  readonly maxTurns?: number;
  /** Traces between two updates of the policy, where processDataset names no batchSize. Default 100. */
  readonly policyUpdateInterval?: number;
  /** Default "pipeline_logs". */
  readonly logDir?: string;
  /** Seconds between two requests. Default 0. */
  readonly requestDelay?: number;
  /** Default: 32 of this study. */
  readonly templates?: readonly Template[];
  /** Default "classifier". */
  readonly feedback?: Feedback;
  /** What a token of a re-prompt costs. Default 0.001. */
  readonly lambda?: number;
  /** Default 42. */
  readonly seed?: number;
  /** Traces at a time. Default 1, as in the source. */
  readonly concurrency?: number;
  /** Trace i decides with what traces up to i - lag taught. Default: the concurrency. */
  readonly lag?: number;
}

export interface ProcessOptions {
  /** Questions at most. Default: all; of "mock" 100. */
  readonly limit?: number;
  /** Traces between two updates of the policy. Default: policyUpdateInterval. */
  readonly batchSize?: number;
  /** Needed for every data set but "mock". */
  readonly streamer?: DatasetStreamer;
}

const MAX_TOKENS = 150;
const MOCK_LIMIT = 100;

/**
 * The source's pipeline over the trace loop: no run, no store, nothing resumed. Its files go to `logDir`. For what is paid
 * for once and goes on after a stop there is scripts/selfcorrect/collect.ts. Override `isCorrect` for a rule of your own.
 */
export class ScalePipeline {
  /** Of the last call; part of a trace's record. */
  datasetName = "custom";
  /** Goes from one data set to the next. */
  policy: Policy;
  readonly #options: Required<Omit<ScalePipelineOptions, "classifierModelPath" | "classifierVectorizerPath">> &
    ScalePipelineOptions;
  #made = 0;

  constructor(options: ScalePipelineOptions) {
    const { templates = ownTemplates(), lambda = 0.001, rtsAlgorithm = "thompson_sampling", concurrency = 1 } = options;
    this.#options = {
      ...{ maxTurns: 5, policyUpdateInterval: 100, logDir: LOG_DIR, requestDelay: 0, feedback: "classifier", seed: 42 },
      ...{ lag: concurrency, ...options, templates, lambda, rtsAlgorithm, concurrency },
    };
    this.policy = createPolicy(rtsAlgorithm, { actions: [...actionsOf(templates)], lambda });
  }

  /** Whether an answer is right. Source: R4.71. */
  isCorrect(answer: string, reference: string): boolean {
    return scoringOf(this.datasetName).isCorrect(answer, reference);
  }

  /** One trace with the policy as it is; nothing is learnt. Rejects where the question cannot be done. Source: R4.28. */
  async generateTrace(questionId: string, question: string, referenceAnswer: string): Promise<TraceRecord> {
    const asked = { id: questionId, question, reference_answer: referenceAnswer };
    const place = { index: this.#made++, question: asked, policy: this.policy };
    const outcome = await traceOne(place, await this.#setting(), this.#ask());
    if (outcome.ok) return outcome.trace;
    throw toStudyError(
      new Error(outcome.failure.reason),
      outcome.failure.code,
      `${questionId}, ${outcome.failure.place}`,
    );
  }

  /** Traces of a data set: each line is written when its trace ends, summary and policy at the end. Source: R4.22. */
  async processDataset(datasetName: string, options: ProcessOptions = {}): Promise<Summary> {
    this.datasetName = datasetName;
    const { disk, logDir, lag, concurrency, policyUpdateInterval, feedback } = this.#options;
    const updateEvery = options.batchSize ?? policyUpdateInterval;
    const loop = openTraces({
      ...{ ...(await this.#setting()), ask: this.#ask(), policy: this.policy, learns: true },
      ...{ lag, concurrency, updateEvery },
    });
    const tally = traceTally();
    await using logs = dayLogs(disk, logDir);
    for await (const outcome of loop.outcomes(this.#questions(options))) {
      tally.add(outcome);
      if (outcome.ok) await logs.write(outcome.trace);
      else await logs.fail(outcome.failure);
    }
    this.policy = loop.policy();
    const statistics = tally.statistics();
    const made = { statistics, policy: this.policy, updates: loop.updates(), feedback, provider: PROVIDER };
    const summary = summaryOf(made);
    await disk.write(`${logDir}/${summaryFile(summary)}`, `${JSON.stringify(summary, null, 2)}\n`);
    await disk.write(`${logDir}/${FINAL_POLICY}`, policyFile(this.policy, made));
    return summary;
  }

  async *#questions({ streamer, limit }: ProcessOptions): AsyncGenerator<QuestionOrBad> {
    if (!streamer && this.datasetName !== "mock")
      throw new TypeError(`processDataset("${this.datasetName}") needs a streamer; only "mock" has one of its own`);
    const rows = streamer?.streamQuestions(limit) ?? mockQuestions(limit ?? MOCK_LIMIT, this.#options.seed);
    let left = limit ?? Number.POSITIVE_INFINITY;
    for await (const row of rows) {
      if (left-- <= 0) return;
      yield { ok: true, row, place: row.id };
    }
  }

  async #setting(): Promise<TraceSetting> {
    const { maxTurns, lambda, seed, feedback, templates, clock } = this.#options;
    const scoring: Scoring = {
      ...scoringOf(this.datasetName),
      isCorrect: (answer, reference) => this.isCorrect(answer, reference),
    };
    return {
      ...{ dataset: this.datasetName, provider: PROVIDER, model: { model: PROVIDER, maxOutputTokens: MAX_TOKENS } },
      ...{ scoring, templates, feedback, maxTurns, lambda, seed, repetition: 0 },
      ...{ classifier: await this.#classifier(scoring), stamp: () => clock.now() },
    };
  }

  async #classifier(scoring: Scoring): Promise<Classifier> {
    const { disk, classifierModelPath, classifierVectorizerPath } = this.#options;
    const text = async (path: string | undefined): Promise<string | undefined> =>
      path === undefined || (await disk.size(path)) === undefined ? undefined : textOf(disk, path);
    const files = { model: await text(classifierModelPath), vectorizer: await text(classifierVectorizerPath) };
    return chooseClassifier(files, scoring).classifier;
  }

  #ask(): Ask {
    const { llmProvider, clock, requestDelay } = this.#options;
    return spacedAsk((request) => generated(llmProvider, request), clock, requestDelay * 1_000);
  }
}

/**
 * A model of the pipeline's from whatever answers requests, such as the calls of corrigenda/online: OpenAI, Azure, Anthropic, a
 * compatible server or the offline service, with retries and limits. Source: R4.13 to R4.15.
 */
export function llmProviderOf(ask: Ask, model: string): LlmProvider {
  return {
    generate: async (content, maxTokens = MAX_TOKENS) => {
      const answered = await ask({ model, messages: [{ role: "user", content }], maxOutputTokens: maxTokens });
      if (!answered.ok) throw answered.error;
      const { text, usage } = answered.reply;
      return { text, tokens: usage.input + usage.output };
    },
  };
}

/** What a pipeline's records say of a model that it only knows as `generate`. */
const PROVIDER = "custom";

/** A request as one text, question, answer and re-prompt apart by blank lines. Source: R4.34. */
export function promptOf({ messages }: Pick<ModelRequest, "messages">): string {
  return messages.map(({ content }) => content).join("\n\n");
}

async function generated(provider: LlmProvider, request: ModelRequest): Promise<Answered> {
  try {
    const { text, tokens } = await provider.generate(promptOf(request), request.maxOutputTokens);
    const usage = { input: 0, cached: 0, cacheWrite: 0, output: tokens, reasoning: 0 };
    return { ok: true, reply: { text, model: request.model, finish: "stop", usage } };
  } catch (error) {
    for (const code of ["stopped", "budget", "quota"] as const) if (isStudyError(error, code)) throw error;
    return { ok: false, error: toStudyError(error, "provider", "the model gave no answer") };
  }
}

async function textOf(disk: Disk, path: string): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of disk.read(path)) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
}

interface DayLogs extends AsyncDisposable {
  write(trace: TraceRecord): Promise<void>;
  fail(failure: object): Promise<void>;
}

/** Appends each trace to the file of its day. */
function dayLogs(disk: Disk, logDir: string): DayLogs {
  const open = new Map<string, Appender>();
  const append = async (name: string, line: object): Promise<void> => {
    const file = open.get(name) ?? (await disk.append(`${logDir}/${name}`));
    open.set(name, file);
    await file.write(`${JSON.stringify(line)}\n`);
  };
  return {
    write: (trace) => append(tracesFile(trace), trace),
    fail: (failure) => append(FAILURES, failure),
    [Symbol.asyncDispose]: async () => {
      for (const file of open.values()) await file.close();
    },
  };
}
