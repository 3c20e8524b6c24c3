import type { Declaration } from "corrigenda/dataset";
import { StudyError } from "corrigenda/error";
import type { Json } from "corrigenda/json";
import { keyedRng } from "corrigenda/rng";
import { chooseClassifier } from "./classify-choose.ts";
import type { CollectFlags } from "./collect-flags.ts";
import { readPolicyFile } from "./export.ts";
import { mockQuestions } from "./mock-questions.ts";
import { createPolicy } from "./policy-create.ts";
import { firstPrompt } from "./prompts.ts";
import { scoringOf } from "./score.ts";
import type { Known } from "./simulate-wording.ts";
import { actionsOf, ownTemplates, parseTemplates } from "./templates.ts";
import type { QuestionOrBad } from "./trace-types.ts";
import type { Classifier, Policy, Scoring, Template } from "./types.ts";

/** What a run is made of, beside questions and a model. */
export interface CollectParts {
  readonly scoring: Scoring;
  readonly templates: readonly Template[];
  readonly classifier: Classifier;
  readonly policy: Policy;
  /** Files that were read. */
  readonly files: readonly string[];
  /** To be said before anything is asked. */
  readonly notices: readonly string[];
}

/** The texts of files that flags name. */
export interface PartFiles {
  /** Undefined where there is no such file. */
  text(path: string): Promise<string | undefined>;
}

interface ProviderFlag {
  readonly provider?: string | undefined;
}

/** Reads templates, classifier and policy. Throws StudyError "config" where a file is missing or does not fit. */
export async function collectParts(
  flags: CollectFlags & ProviderFlag,
  dataset: string,
  files: PartFiles,
): Promise<CollectParts> {
  const scoring = scoringOf(dataset);
  const needed = async (flag: string, path: string): Promise<string> => {
    const text = await files.text(path);
    if (text === undefined) throw new StudyError("config", `${path} does not exist; name another with --${flag}`);
    return text;
  };
  const { templates: templateFile, policy: policyFile, classifier: model, classifierVectorizer: vectorizer } = flags;
  const templates =
    templateFile === undefined ? ownTemplates() : parseTemplates(await needed("templates", templateFile), templateFile);
  const earlier = policyFile === undefined ? undefined : readPolicyFile(await needed("policy", policyFile), policyFile);
  const policy = earlier
    ? fitting(earlier.policy, templates)
    : createPolicy(flags.algorithm, { actions: [...actionsOf(templates)], lambda: flags.lambda });
  const chosen = chooseClassifier(
    {
      model: model === undefined ? undefined : await files.text(model),
      vectorizer: vectorizer === undefined ? undefined : await files.text(vectorizer),
    },
    scoring,
  );
  const read = [templateFile, policyFile, ...(chosen.notice === undefined ? [model, vectorizer] : [])];
  return {
    ...{ scoring, templates, policy, classifier: chosen.classifier },
    files: read.filter((path) => path !== undefined),
    notices: [chosen.notice, earlierNotice(earlier?.provider ?? null, flags)].filter((one) => one !== undefined),
  };
}

function earlierNotice(learntFrom: Json, { provider = "offline" }: CollectFlags & ProviderFlag): string | undefined {
  if (learntFrom !== "offline" || provider === "offline") return undefined;
  return "the policy of --policy has learnt from simulated answers: what it knows says nothing about this model";
}

/** A policy that goes on has to choose among the templates that are loaded. */
function fitting(policy: Policy, templates: readonly Template[]): Policy {
  const context = { errorMode: "unknown", confidence: 0.5, lastPromptId: null, turnIndex: 0 } as const;
  const loaded = actionsOf(templates);
  const missing = policy.choose(context, keyedRng("candidates")).candidates.find((id) => !loaded.includes(id));
  if (missing === undefined) return policy;
  throw new StudyError(
    "config",
    `the policy chooses among other templates: ${missing} is not loaded; give the same --templates as its run had`,
  );
}

/** Questions on their way, so that the simulated model knows what it is asked. */
export interface QuestionsUnderWay {
  pass(rows: AsyncIterable<QuestionOrBad> | Iterable<QuestionOrBad>): AsyncGenerator<QuestionOrBad>;
  /** The question behind a first prompt. */
  known(prompt: string): Known | undefined;
}

/** @param most how many are kept, those that came last: at least the lag */
export function questionsUnderWay(scoring: Scoring, most: number): QuestionsUnderWay {
  const known = new Map<string, Known>();
  return {
    known: (prompt) => known.get(prompt),
    pass: async function* (rows) {
      for await (const row of rows) {
        if (row.ok) {
          const prompt = firstPrompt(row.row, scoring);
          known.delete(prompt);
          known.set(prompt, { question: row.row, scoring });
          const [oldest] = known.size > most ? known.keys() : [];
          if (oldest !== undefined) known.delete(oldest);
        }
        yield row;
      }
    },
  };
}

/** What may be asked, and how, as one text to be hashed. */
export function promptText({ scoring, templates }: Pick<CollectParts, "scoring" | "templates">): string {
  return JSON.stringify([scoring.instruction, templates.map(({ id, text }) => [id, text])]);
}

/** Questions and where they come from, as data sets are opened. */
export interface CollectSource {
  readonly name: string;
  readonly declaration: Declaration;
  readonly files: readonly string[];
  readonly revision?: string;
  rows(): AsyncIterable<QuestionOrBad>;
}

const MOCK_QUESTIONS = 100;

/** Arithmetic questions that need no file. @param declaration of "mock" */
export function mockSource(
  declaration: Declaration,
  { limit = MOCK_QUESTIONS, seed }: { readonly limit?: number | undefined; readonly seed: number },
): CollectSource {
  return {
    ...{ name: "mock", declaration, files: [] },
    rows: async function* () {
      yield* mockRows(limit, seed);
    },
  };
}

/** Mock questions as rows of a data set. */
export function* mockRows(n: number, seed: number): Generator<QuestionOrBad> {
  for (const row of mockQuestions(n, seed)) yield { ok: true, row, place: row.id };
}
