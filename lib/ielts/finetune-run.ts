import type { Progress } from "corrigenda/cli";
import type { hashInputs, textLines } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import { contentHash, type Json } from "corrigenda/json";
import type {
  blobSender,
  followJob,
  openTuningLog,
  PersonalData,
  personalData,
  startJob,
  TuningApi,
  TuningEvent,
  TuningFile,
  TuningPlace,
  uploadFiles,
} from "corrigenda/provider";
import type { FileHash, StageResult } from "corrigenda/results";
import type { Tokenizer } from "corrigenda/text";
import type { CountedCost } from "./cost.ts";
import {
  askedName,
  type FinetuneFlags,
  finetuneConfig,
  finetuneWords,
  lossesOf,
  Tuned,
  tuningMetrics,
} from "./finetune.ts";
import type { Metadata } from "./metadata.ts";
import { checkFile, type FileCheck } from "./validate.ts";

export * from "./deploy.ts";
export * from "./finetune.ts";
export { nextSteps } from "./next.ts";

/** What the script hands in. */
export interface FinetuneEffects {
  readonly blobSender: typeof blobSender;
  readonly followJob: typeof followJob;
  readonly hashInputs: typeof hashInputs;
  readonly openTuningLog: typeof openTuningLog;
  readonly personalData: typeof personalData;
  readonly startJob: typeof startJob;
  readonly textLines: typeof textLines;
  readonly uploadFiles: typeof uploadFiles;
}

/** A folder that prepare wrote, as far as training needs it. */
export interface Prepared {
  readonly metadata: Metadata;
  readonly train: FileHash;
  readonly validation: FileHash | undefined;
  readonly inputs: readonly FileHash[];
}

/** Throws StudyError "files" where it is none. */
export async function readPrepared(
  effects: Pick<FinetuneEffects, "hashInputs" | "textLines">,
  disk: Disk,
  folder: string,
) {
  const at = (name: string): string => `${folder}/${name}`;
  for (const name of ["train.jsonl", "metadata.json"])
    if ((await disk.size(at(name))) === undefined)
      throw new StudyError("files", `${at(name)} does not exist; prepare writes it`);
  const lines: string[] = [];
  for await (const line of effects.textLines(disk, at("metadata.json"))) lines.push(line);
  const text = lines.join("\n");
  const hasValidation = (await disk.size(at("validation.jsonl"))) !== undefined;
  const names = hasValidation ? ["train.jsonl", "validation.jsonl"] : ["train.jsonl"];
  const inputs = await effects.hashInputs(disk, names.map(at));
  const [train, validation] = inputs;
  if (!train) throw new TypeError("no training file");
  const prepared: Prepared = { metadata: JSON.parse(text) as Metadata, train, validation, inputs };
  return { ...prepared, text };
}

/** Checks every line of both files once more: they may have been edited. `personal` counts what looks like personal data. */
export async function checkPair(
  effects: Pick<FinetuneEffects, "personalData" | "textLines">,
  disk: Disk,
  { metadata, inputs }: Prepared,
  tokenizer: Tokenizer,
): Promise<{
  readonly train: FileCheck;
  readonly all: Readonly<Record<string, FileCheck>>;
  readonly personal: Readonly<PersonalData>;
}> {
  const personal = { emails: 0, phones: 0, names: 0 };
  const looked = async function* (path: string): AsyncGenerator<string> {
    for await (const line of effects.textLines(disk, path)) {
      const found = effects.personalData(line);
      for (const kind of ["emails", "phones", "names"] as const) personal[kind] += found[kind];
      yield line;
    }
  };
  const all: Record<string, FileCheck> = {};
  for (const [place, { path }] of inputs.entries()) {
    const rules = { target: metadata.target, contextTokens: EXAMPLE_TOKENS, trains: place === 0 };
    all[place === 0 ? "train.jsonl" : "validation.jsonl"] = await checkFile(looked(path), rules, tokenizer);
  }
  const train = all["train.jsonl"];
  if (!train) throw new TypeError("no training file");
  return { train, all, personal };
}

/** Tokens of one training example, at most. @see learn.microsoft.com, fine-tuning models: training example context length */
export const EXAMPLE_TOKENS = 65_536;

/** By which name the model is asked that was tuned on a folder's files. */
export async function tunedName(
  effects: Pick<FinetuneEffects, "hashInputs" | "textLines">,
  disk: Disk,
  root: Disk,
  folder: string,
): Promise<string> {
  const { train } = await readPrepared(effects, disk, folder);
  return askedName(await readTuned(effects, root, tuningRun(root, disk.resolve(folder), train), folder));
}

/** How often a service is asked, and how late its lists may be. */
export function tuningPace(isRemote: boolean): Pick<TuningPlace, "pollMs" | "graceMs"> {
  return isRemote ? { pollMs: 20_000, graceMs: 30_000 } : { pollMs: 100, graceMs: 3_000 };
}

/**
 * The run that a folder of training files belongs to: the one that made it, or, for a folder elsewhere, one named after
 * its training file.
 */
export function tuningRun(root: Disk, folder: string, train: Pick<FileHash, "sha256">): string {
  const [base, at] = [root.resolve("."), folder.replace(/\/+$/, "")];
  const inside = at.startsWith(`${base}/`) ? at.slice(base.length + 1) : "";
  return /^ielts\/([^/]+)\/finetuning_data$/.exec(inside)?.[1] ?? `finetune-${train.sha256.slice(0, 8)}`;
}

/** What names the stage and decides the job. */
export function finetuneSpec(
  flags: FinetuneFlags & { readonly folder: string },
  given: Pick<FinetuneRun, "root" | "disk" | "prepared" | "api"> & { readonly model: string; readonly script: string },
) {
  const { root, disk, prepared, api, model, script } = given;
  const { train, validation, inputs } = prepared;
  const { service, provider, base } = api;
  const found = { service, provider, base, model, train: train.sha256, validation: validation?.sha256 ?? null };
  return {
    ...{ study: "ielts", run: tuningRun(root, disk.resolve(flags.folder), train), stage: "finetune", inputs },
    config: finetuneConfig(flags, found),
    seeds: { seed: flags.seed },
    command: [script, flags.folder, ...finetuneWords(flags)],
  };
}

/** tuned.json of the run that a folder belongs to. Throws "stage" where there is none yet. */
export async function readTuned(
  effects: Pick<FinetuneEffects, "textLines">,
  root: Disk,
  run: string,
  folder: string,
): Promise<Tuned> {
  const path = `ielts/${run}/finetune/tuned.json`;
  if ((await root.size(path)) === undefined)
    throw new StudyError("stage", `no model was tuned on ${folder} yet: npx zx scripts/ielts/finetune.ts ${folder}`);
  const lines: string[] = [];
  for await (const line of effects.textLines(root, path)) lines.push(line);
  return Tuned.parse(JSON.parse(lines.join("\n")));
}

export interface FinetuneRun {
  readonly flags: FinetuneFlags;
  readonly disk: Disk;
  readonly prepared: Prepared;
  readonly api: TuningApi;
  readonly config: ReturnType<typeof finetuneConfig>;
  readonly cost: CountedCost;
  /** The stage's folder on `root`. */
  readonly root: Disk;
  readonly folder: string;
  readonly place: Omit<TuningPlace, "api" | "journal">;
  /** A container of Blob storage through which files go, signature included: a secret. */
  readonly container?: string;
  say(sentence: string): void;
  readonly progress: Pick<Progress, "update">;
}

/** How far a command came. */
export type Reached =
  | { readonly state: "uploaded" | "created" | "cancelled" }
  | { readonly state: "tuned"; readonly tuned: Tuned; readonly result: StageResult };

/** Upload, create, follow: each step is written down, and none is done twice. */
export async function finetuneRun(effects: FinetuneEffects, run: FinetuneRun): Promise<Reached> {
  const { flags, api, root, folder, config, say } = run;
  const log = await effects.openTuningLog(root, folder);
  try {
    const place = { ...run.place, api, journal: log.journal };
    if (flags.cancel) return await cancelJob(place, say);
    const files = filesOf(run);
    const { clock, signal } = place;
    const send = run.container === undefined ? undefined : effects.blobSender(api, run.container, { clock, signal });
    const [training = "", validation] = await effects.uploadFiles(place, files, send);
    say(`uploaded: ${[training, validation].filter((id) => id !== undefined).join(", ")}`);
    if (flags.until === "upload") return { state: "uploaded" };
    const { id, adopted } = await effects.startJob(place, {
      ...{ model: run.cost.model, training, suffix: config.suffix, seed: flags.seed, mark: keyOf(config) },
      ...(validation !== undefined && { validation }),
      ...(flags.epochs !== undefined && { epochs: flags.epochs }),
      ...(flags.batchSize !== undefined && { batchSize: flags.batchSize }),
      ...(flags.learningRate !== undefined && { learningRate: flags.learningRate }),
    });
    say(`job: ${id}${adopted ? ", which was there already" : ""}`);
    if (flags.until === "create") return { state: "created" };
    return await follow(effects, run, { place, log, id, files: { train: training, validation: validation ?? null } });
  } finally {
    await log.close();
  }
}

async function cancelJob({ api, journal }: TuningPlace, say: (sentence: string) => void): Promise<Reached> {
  const last = journal.entries.findLast(({ step }) => step === "created" || step === "ended");
  if (last?.step !== "created") throw new StudyError("stage", "this run has no job that could be cancelled");
  await api.cancel(last.job);
  await journal.add({ step: "ended", job: last.job });
  say(`cancelled: ${last.job}`);
  return { state: "cancelled" };
}

async function follow(
  effects: FinetuneEffects,
  { api, cost, config, progress, flags }: FinetuneRun,
  { place, log, id, files }: Following,
): Promise<Reached> {
  const job = await effects.followJob(place, id, {
    known: new Set(log.events.map((event) => event.id)),
    onEvents: (events) => log.addEvents(events),
    onJob: ({ detail }) => {
      const last = log.events.flatMap((event) => lossesOf(event) ?? []).at(-1);
      const loss = last === undefined ? "" : ` · loss ${last.train.toFixed(2)}`;
      progress.update({ label: `finetune · ${detail}${loss}`, done: last?.step ?? 0, total: last?.steps ?? 0 });
    },
  });
  if (job.status !== "succeeded" || job.model === undefined) {
    const why = job.reason === undefined ? "" : `: ${job.reason}`;
    throw new StudyError("provider", `the job ${id} ended as ${job.detail}${why}; the same command starts another`);
  }
  const { trainedTokens: tokens = null } = job;
  const price = cost.usd_per_million_tokens;
  const tuned: Tuned = {
    ...{ provider: api.provider, service: api.service, base_model: cost.model, model: job.model, job: id, files },
    ...{ suffix: config.suffix, trained_tokens: tokens },
    usd: price === null || tokens === null ? null : Math.round((tokens / 1e6) * price * 100) / 100,
  };
  const epochs = flags.epochs ?? cost.epochs;
  return { state: "tuned", tuned, result: resultOf(tuned, cost, { epochs, events: log.events }) };
}

interface Following {
  readonly place: TuningPlace;
  readonly log: Awaited<ReturnType<typeof openTuningLog>>;
  readonly id: string;
  readonly files: Tuned["files"];
}

/** Nothing is paid to the offline service. */
function resultOf(
  { provider, model, usd }: Tuned,
  cost: CountedCost,
  { epochs, events }: { readonly epochs: number; readonly events: readonly TuningEvent[] },
): StageResult {
  const metrics = tuningMetrics(events, provider);
  return {
    outputs: ["events.jsonl", "tuned.json"],
    counts: { done: 1, epochs },
    cost: {
      estimateUsd: cost.usd === null ? null : { low: cost.usd, mean: cost.usd, high: cost.usd },
      actualUsd: provider === "offline" ? 0 : (usd ?? 0),
    },
    models: [{ requested: cost.model, returned: [model], fingerprints: [] }],
    ...(metrics && { metrics }),
  };
}

/** Names hold the key of the whole config: a file in the service's list belongs to one job. */
function filesOf({ disk, prepared: { inputs }, config }: FinetuneRun): TuningFile[] {
  return inputs.map(({ path, bytes }, place) => ({
    name: `ielts-${keyOf(config)}-${place === 0 ? "train" : "validation"}.jsonl`,
    bytes,
    blob: () => disk.blob(path),
  }));
}

function keyOf(config: Json): string {
  return contentHash(config).slice(0, 16);
}
