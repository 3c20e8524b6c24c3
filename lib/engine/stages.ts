import { createHash, type Hash } from "node:crypto";
import type { PlanSummary } from "corrigenda/batch";
import { dollars } from "corrigenda/cli";
import type { StudyError } from "corrigenda/error";
import type { Json } from "corrigenda/json";
import { type Outcome, type Prompt, requestKey } from "corrigenda/provider";
import {
  type Environment,
  isFinished,
  type Manifest,
  openStage,
  type Stage,
  type StageOptions,
  type StageResult,
} from "corrigenda/results";
import { type CheckedQuestion, checkQuestion, openJob, type Question } from "./job.ts";
import { writeLedger } from "./ledger.ts";
import { modelList, noteModel, type SeenModels } from "./models-seen.ts";
import { writeLines } from "./tables.ts";
import { attachLog, type Workplace } from "./workplace.ts";

const REASON_CHARS = 120;
const MOST_REASONS = 1_000;

/** What a stage is, beside its question. */
export interface StageSpec
  extends Pick<
    StageOptions,
    "study" | "run" | "stage" | "command" | "inputs" | "prompts" | "parents" | "seeds" | "again"
  > {
  readonly config: Json;
  readonly environment: Environment;
}

/** How a stage ended: "open" where batches still run. */
export type StageEnd =
  | { readonly state: "finished"; readonly manifest: Manifest | undefined; readonly failures?: readonly string[] }
  | { readonly state: "open"; readonly open: number };

/**
 * Plans a question and hands it in: requests on disk, batches created (or online calls made). `<stage>.jsonl` lists
 * each request's id and key in the order of the rows. A second call goes on where the first one stopped.
 */
export async function submitStage<Row, Out>(
  place: Workplace,
  spec: StageSpec,
  question: Question<Row, Out>,
): Promise<StageEnd> {
  const opening = { ...spec, root: place.root, clock: place.clock };
  if (await isFinished(opening)) return { state: "finished", manifest: undefined };
  const checked = await checkQuestion(place, question);
  for (const warning of checked.warnings) place.log.warn(warning);
  await using stage = await openStage(opening);
  if (stage.state === "finished") return { state: "finished", manifest: undefined };
  await attachLog(place, stage);
  await using job = await openJob(place, checked, stage.folder);
  const summary = await job.plan(question.rows);
  await job.advance("submitted");
  const { handed, waiting } = job.progress();
  const table = `${spec.stage}.jsonl`;
  const requestsRoot = await writeRequests(place, stage, { table, checked });
  const manifest = await stage.finish({
    outputs: [table],
    requestsRoot,
    counts: {
      ...{ rows: summary.rows, requests: summary.requests, cached: summary.cached, shared: summary.shared },
      ...{ handed, waiting },
    },
    cost: { estimateUsd: estimateOf(summary), actualUsd: 0 },
  });
  return { state: "finished", manifest };
}

export interface CollectOptions<Row, Out> {
  /** The stage that handed in. */
  readonly of: string;
  /** One look instead of waiting. */
  readonly once: boolean;
  /** Turns the outcomes into the stage's tables; every outcome has to be taken. */
  readonly write: (outcomes: AsyncIterable<Outcome<Row, Out>>, stage: Stage) => Promise<StageResult>;
}

/** Waits for what another stage handed in, reads every reply and writes this stage's tables and ledger. */
export async function collectStage<Row, Out>(
  place: Workplace,
  spec: StageSpec,
  question: Question<Row, Out>,
  options: CollectOptions<Row, Out>,
): Promise<StageEnd> {
  const opening = { ...spec, root: place.root, clock: place.clock };
  if (await isFinished(opening)) return { state: "finished", manifest: undefined };
  const checked = await checkQuestion(place, question);
  await using stage = await openStage(opening);
  if (stage.state === "finished") return { state: "finished", manifest: undefined };
  await attachLog(place, stage);
  const folder = `${spec.study}/${spec.run}/${options.of}`;
  await using job = await openJob(place, checked, folder);
  const summary = await job.plan(question.rows);
  if ((await job.advance(options.once ? "once" : "done")) === "open")
    return { state: "open", open: job.progress().batches };
  const tally = newTally();
  const result = await options.write(tallied(job.outcomes(question.rows()), question.prompt, tally), stage);
  const paid = await writeLedger(place, { folder, path: stage.path("ledger.jsonl") }, await job.calls());
  const manifest = await stage.finish({
    ...result,
    requestsRoot: tally.keys.digest("hex"),
    counts: { ...tally.counts, cached: summary.cached, shared: summary.shared },
    tokens: paid.tokens,
    cost: { estimateUsd: estimateOf(summary), actualUsd: paid.usd },
    models: modelList(tally.models),
  });
  return { state: "finished", manifest, failures: topReasons(tally.reasons) };
}

/** What was handed in, for the terminal. */
export function handedSentence(name: string, end: StageEnd): string {
  if (end.state === "open" || !end.manifest) return `${name}: nothing to do, all is handed in`;
  const { rows = 0, requests = 0, handed = 0, waiting = 0 } = end.manifest.counts;
  if (rows === 0) return `${name}: nothing to hand in, no row can be asked`;
  if (requests === 0) return `${name}: nothing to hand in, every row is answered in the store`;
  const asks = `${requests.toLocaleString("en-US")} requests`;
  if (handed + waiting === 0) return `${name}: ${asks} planned; they are asked when the stage is collected`;
  const left = waiting === 0 ? "" : `; ${waiting} more wait for room and go in while the next step waits`;
  return `${name}: ${asks} handed in, in ${handed} ${handed === 1 ? "batch" : "batches"}${left}`;
}

/** How a stage ended, for the terminal. */
export function endSentence(name: string, end: StageEnd): string {
  if (end.state === "open")
    return `${name}: ${end.open === 1 ? "1 batch still runs" : `${end.open} batches still run`}; the same command looks again`;
  if (!end.manifest) return `${name}: nothing to do, it is finished (--again reads the kept replies anew)`;
  const { counts, cost, tokens } = end.manifest;
  const why = end.failures?.length ? ` (${end.failures.join("; ")})` : "";
  const failed = counts.failed ? `, ${counts.failed} failed${why}` : "";
  const paid =
    cost.actualUsd === 0
      ? "nothing paid"
      : `${(tokens.input + tokens.output).toLocaleString("en-US")} tokens, ${dollars(cost.actualUsd)}`;
  const { provider } = end.manifest.config as { provider?: { name?: string } };
  const simulated = provider?.name === "offline" ? " (simulated)" : "";
  return `${name}: ${counts.done} rows answered${failed}; ${paid}${simulated}`;
}

function estimateOf({ usd, usdLow, usdHigh, requests }: PlanSummary): Manifest["cost"]["estimateUsd"] {
  return requests === 0 ? null : { low: usdLow, mean: usd, high: usdHigh };
}

interface RequestTable<Row, Out> {
  readonly table: string;
  readonly checked: CheckedQuestion<Row, Out>;
}

/** Which request each row stands for; returns the hash over the keys. */
async function writeRequests<Row, Out>(
  place: Workplace,
  stage: Stage,
  { table, checked }: RequestTable<Row, Out>,
): Promise<string> {
  const { provider, root } = place;
  const { prompt } = checked.guarded;
  const hash = createHash("sha256");
  await writeLines(root, stage.path(table), async function* () {
    for await (const row of checked.rows()) {
      const key = requestKey(provider, provider.encode(prompt.request(row)));
      hash.update(`${key}\n`);
      yield JSON.stringify({ custom_id: prompt.id(row), key });
    }
  });
  return hash.digest("hex");
}

interface Tally {
  /** Failed rows by reason. */
  readonly reasons: Map<string, number>;
  readonly counts: { done: number; failed: number };
  readonly models: SeenModels;
  readonly keys: Hash;
}

function newTally(): Tally {
  return { reasons: new Map(), counts: { done: 0, failed: 0 }, models: new Map(), keys: createHash("sha256") };
}

/** Passes outcomes on and counts them. */
async function* tallied<Row, Out>(
  outcomes: AsyncIterable<Outcome<Row, Out>>,
  prompt: Prompt<Row, Out>,
  tally: Tally,
): AsyncGenerator<Outcome<Row, Out>> {
  for await (const outcome of outcomes) {
    tally.counts[outcome.ok ? "done" : "failed"] += 1;
    tally.keys.update(`${outcome.key}\n`);
    if (!outcome.ok) addReason(tally.reasons, outcome.error);
    if (outcome.reply) noteModel(tally.models, prompt.request(outcome.row).model, outcome.reply);
    yield outcome;
  }
}

/** Reasons that studies name, else the sentence: ids in it would keep equal reasons apart, so at most so many are told. */
function addReason(reasons: Map<string, number>, { facts, message }: StudyError): void {
  const reason = typeof facts.reason === "string" ? facts.reason : message.slice(0, REASON_CHARS);
  if (reasons.has(reason) || reasons.size < MOST_REASONS) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
}

function topReasons(reasons: ReadonlyMap<string, number>): string[] {
  const sorted = [...reasons].sort(([, a], [, b]) => b - a);
  return sorted.slice(0, 3).map(([reason, times]) => `${times} × ${reason}`);
}
