import { memoryDisk } from "corrigenda/files";
import {
  CORPORA,
  type Comparison,
  type Corpus,
  comparisonOf,
  isTransfer,
  LEVELS,
  type LossRecord,
  type LossTally,
  lossTally,
  type ModelCard,
  Plan,
  planJobs,
  planModels,
} from "corrigenda/ilm";
import { keyedRng } from "corrigenda/rng";
import { finishStage } from "./compare-stage.ts";

/** Whose truth is known: ln perplexities are planted, documents differ, and models differ on a document by chance. */
export interface World {
  /** Of each test set. */
  readonly documents: number;
  /** ln perplexity of a model's answers on a test set, before documents differ. */
  log(model: string, test: Corpus): number;
  /** Standard deviation between documents, and of a model on a document, in nats a token. */
  readonly between?: number;
  readonly within?: number;
  readonly seed?: number;
}

const TOKENS = 20;

/** Records of one model on all test sets, as an evaluation writes them. */
export function* worldRecords(
  { documents, log, between = 0.2, within = 0.02, seed = 1 }: World,
  model: string,
  fold?: number,
): Generator<LossRecord> {
  for (const test of isTransfer(model) ? LEVELS.filter((level) => model.includes(level)) : CORPORA) {
    for (let document = 0; document < documents; document++) {
      const shared = normal(seed, test, document, fold ?? 0) * between;
      const own = normal(seed, test, document, fold ?? 0, model) * within;
      const infill = 5 + keyedRng(seed, "tokens", test, document).int(TOKENS);
      const mean = Math.max(0, log(model, test) + shared + own);
      const of = (count: number, per: number) => ({ sum: count * per, count });
      const losses = { context: of(4 * infill, mean + 0.5), infill: of(infill, mean), special: of(3, mean) };
      yield { model, test, ...(fold === undefined ? {} : { fold }), document, losses };
    }
  }
}

export function worldTally(world: World, models: Iterable<string>, resamples = 200): LossTally {
  const tally = lossTally(0, resamples);
  for (const model of models) for (const record of worldRecords(world, model)) tally.add(record);
  return tally;
}

/** Level models at ln 20 on their level, the general one `gain` percent above; elsewhere level models 3 times as bad. */
export function specialised(gain: number): World["log"] {
  return (model, test) => {
    const own = Math.log(20);
    if (model === "all" || model === "average") return own + Math.log1p(gain / 100);
    if (model.startsWith("all-to-")) return own - Math.log(1.2) + (model.includes(test) ? 0 : Math.log(3));
    return model.startsWith(test) || test === "all" ? own : own + Math.log(3);
  };
}

export function worldPlan(more: object = {}): Plan {
  const models = ["C1", "B2", "B1", "A2", "A1", "all"].map((level) => ({
    ...{ level, name: `world_${level}_ilm`, steps: 100, samples: 1000, hours: [1, 2], purpose: "" },
  }));
  return Plan.parse({ name: "world", data: { csv: "x.csv", lang: "EN" }, models, ...more });
}

/** All models of a plan and the mixture. */
export function evaluatedModels(plan: Plan): string[] {
  return [...planModels(plan).map(({ id }) => id), "average"];
}

export function cardOf(model: string, more: Partial<ModelCard> = {}): ModelCard {
  return {
    ...{ model, parameters: 1000, weightBytes: 4_000_000, storageBytes: 20_000_000, device: "ort cpu" },
    ...{ trainSeconds: 7_200, steps: 100, documents: 800, examples: 12_800, tokensPerSecond: 1_000, deviceErrors: 0 },
    ...more,
  };
}

export const SIX = ["A1", "A2", "B1", "B2", "C1", "all"];

/** What is found in a world. @param models that were evaluated, all of the plan's where not given */
export function worldComparison(world: World, plan: Plan = worldPlan(), models = evaluatedModels(plan)): Comparison {
  return comparisonOf({
    ...{ plan, tally: worldTally(world, models), recovery: [], trainings: new Map(), resamples: 200 },
    cards: new Map(models.map((model) => [model, cardOf(model)])),
  });
}

/** "H1 holds / fails": by the source's rule, by interval. */
export function outcomes({ verdicts }: Comparison): string[] {
  return verdicts.map(({ id, rule, interval }) => `${id} ${rule} / ${interval}`);
}

/** A run on a disk in memory, every stage finished as a trainer would leave it. */
export async function worldRun(world: World, plan: Plan, run = "w1") {
  const disk = memoryDisk();
  for (const { id, kind, model = "", fold, training } of planJobs(plan)) {
    const folder = `ilm/${run}/${id}`;
    if (kind === "compare") continue;
    const outputs: string[] = [];
    const write = async (name: string, text: string): Promise<void> => {
      await disk.write(`${folder}/${name}`, text);
      outputs.push(name);
    };
    if (kind === "train") {
      const steps = training?.steps ?? 0;
      const lines = Array.from({ length: steps }, (_, at) => ({ step: at + 1, loss: 6 - at / 50 }));
      const evaluations = [steps / 2, steps].map((step) => ({ step, validation: 5 - step / 100, kinds: {} }));
      await write("metrics.jsonl", [...lines, ...evaluations].map((one) => `${JSON.stringify(one)}\n`).join(""));
      await write("best/model.safetensors", "weights");
      await write("tensorboard/events.out.tfevents.1", "events");
      await disk.write(`${folder}/time.json`, '{"seconds":7200}\n');
    }
    if (kind === "evaluate") {
      await write(
        "losses.jsonl",
        [...worldRecords(world, model, fold)].map((one) => `${JSON.stringify(one)}\n`).join(""),
      );
      await write("words.jsonl", wordLines(model));
      if (model !== "average") await write("model.json", JSON.stringify(cardOf(model)));
    }
    await finishStage(
      disk,
      { run, stage: id },
      outputs,
      kind === "examples" ? { documents: 800, examples: 12_800 } : {},
    );
  }
  return disk;
}

function wordLines(model: string): string {
  const own = (document: number) => ({ word: "house", answer: document % 2 === 0 ? "House" : "horse", subtokens: 1 });
  return LEVELS.flatMap((test) => [0, 1, 2, 3].map((document) => ({ model, test, document, ...own(document) })))
    .map((one) => `${JSON.stringify(one)}\n`)
    .join("");
}

/** Box and Muller. */
function normal(...key: readonly (string | number)[]): number {
  const rng = keyedRng(0, "normal", ...key);
  return Math.sqrt(-2 * Math.log(1 - rng.next())) * Math.cos(2 * Math.PI * rng.next());
}
