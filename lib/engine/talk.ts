import { dollars } from "corrigenda/cli";
import { type Answered, type OnlineEvent, type OnlineNotice, openCalls } from "corrigenda/online";
import type { ModelRequest } from "corrigenda/provider";
import { isFinished, openStage, type Stage, type StageResult } from "corrigenda/results";
import { openJournal } from "corrigenda/store";
import { callEvents, callPricing, callSettings, tellUnpriced } from "./calls.ts";
import { calibrateBodies, type OutputTokens, requestEstimator } from "./estimate.ts";
import { type GuardOptions, guardRequests, type RequestGuard } from "./guard.ts";
import { writeLedger } from "./ledger.ts";
import { modelList, noteModel, type SeenModels } from "./models-seen.ts";
import type { StageEnd, StageSpec } from "./stages.ts";
import { attachLog, type Workplace } from "./workplace.ts";

/** A conversation's calls: what is asked next depends on what came back. */
export interface TalkOptions {
  readonly guard: Pick<GuardOptions, "dataset" | "iMaySend" | "redact">;
  /** Some of the requests that will be asked: they are checked, counted and priced before anything is written. [n >= 1] */
  readonly sample: readonly ModelRequest[];
  readonly output: OutputTokens;
  readonly maxCostUsd?: number | undefined;
  readonly onEvent?: (notice: OnlineNotice) => void;
}

/** Asks one request. Rejects only where the run ends: budget, quota, Ctrl-C, a broken disk; every reply is kept. */
export type Ask = (request: ModelRequest) => Promise<Answered>;

/**
 * A stage whose requests depend on earlier replies, by synchronous calls. Equal requests are paid once, in this stage
 * or in an earlier one, so a stage that was interrupted asks the same questions again and gets the kept replies.
 */
export async function talkStage(
  place: Workplace,
  spec: StageSpec,
  options: TalkOptions,
  write: (ask: Ask, stage: Stage) => Promise<StageResult>,
): Promise<StageEnd> {
  const { root, clock, log } = place;
  const opening = { ...spec, root, clock };
  if (await isFinished(opening)) return { state: "finished", manifest: undefined };
  const guard = guardRequests({ ...options.guard, provider: place.provider, now: clock.now() });
  await announce(place, options, guard);
  await using stage = await openStage(opening);
  if (stage.state === "finished") return { state: "finished", manifest: undefined };
  await attachLog(place, stage);
  await using journal = await openTalkJournal(place, stage.folder);
  const models: SeenModels = new Map();
  const calls = await openCalls({
    ...(await callSettings(place, stage.folder, { onEvent: () => {}, ...options })),
    journal,
  });
  const ask: Ask = async (request) => {
    const answered = await calls.ask(guard.sent(request));
    if (answered.ok) noteModel(models, request.model, answered.reply);
    return answered;
  };
  const result = await write(ask, stage).finally(() => calls.close());
  const events = await callEvents(place, stage.folder);
  const paid = await writeLedger(place, { folder: stage.folder, path: stage.path("ledger.jsonl") }, events);
  const manifest = await stage.finish({
    ...result,
    tokens: paid.tokens,
    cost: { estimateUsd: null, actualUsd: paid.usd },
    models: modelList(models),
  });
  log.debug(`${stage.folder}: ${dollars(paid.usd)}`);
  return { state: "finished", manifest };
}

/** Says what one call costs. Throws StudyError "config" where a request would be refused. */
async function announce(
  place: Workplace,
  { sample, output, maxCostUsd }: TalkOptions,
  guard: RequestGuard,
): Promise<void> {
  const { provider, log } = place;
  const wires = sample.map((request) => provider.encode(guard.look(request)));
  const [first] = wires;
  if (!first) return;
  for (const warning of guard.verdict()) log.warn(warning);
  const bodies = wires.map(({ body }) => body);
  const ratio = await calibrateBodies(bodies, first.model);
  const { estimate, unpriced } = requestEstimator(ratio, output, callPricing(place));
  const usd = wires.reduce((sum, wire) => sum + estimate(wire).usd, 0) / wires.length;
  tellUnpriced(place, unpriced, maxCostUsd);
  if (unpriced.size === 0)
    log.info(`a first call costs about ${dollars(usd)}${provider.name === "offline" ? " (simulated)" : ""}`);
}

async function openTalkJournal({ root }: Workplace, folder: string) {
  const journal = await openJournal<OnlineEvent>(root, `${folder}/journal.jsonl`);
  return { ...journal, [Symbol.asyncDispose]: () => journal.close() };
}
