import type { PlaceFlags, placeWords as wordsOfPlace } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import type { JsonObject } from "corrigenda/json";
import type { PersonalData, TuningDates, TuningEvent, TuningService } from "corrigenda/provider";
import type { Metrics } from "corrigenda/results";
import { z } from "zod";
import { type CountedCost, countedCost } from "./cost.ts";
import type { Metadata } from "./metadata.ts";
import { type NextSteps, nextSteps } from "./next.ts";
import type { FileCheck } from "./validate.ts";

/** The flags of finetune that are the study's own. */
export const finetuneFlags = {
  target: z.enum(["azure", "openai"]).optional().describe("who trains; default: whose files these are"),
  provider: z.enum(["offline"]).optional().describe("offline: a service that trains nothing and costs nothing"),
  model: z.string().optional().describe("the base model; default: prepare's --fine-tune-model"),
  suffix: z
    .string()
    .regex(/^[a-z0-9-]{1,18}$/, "expected 1 to 18 small letters, digits and hyphens")
    .optional()
    .describe("part of the tuned model's name; default: ielts- and 8 hex digits"),
  epochs: z.number().int().min(1).max(50).optional().describe("times through the file; default: the service's choice"),
  batchSize: z.number().int().min(1).max(256).optional().describe("examples a step; default: the service's choice"),
  learningRate: z.number().positive().optional().describe("multiplier; default: the service's choice"),
  seed: z.number().int().min(0).default(42).describe("of the training"),
  until: z
    .enum(["upload", "create", "end"])
    .default("end")
    .describe("where to stop; the same command without it goes on"),
  blobSas: z
    .boolean()
    .default(false)
    .describe("Azure: through Blob storage, by the signed URL of a container in AZURE_BLOB_SAS (.env)"),
  maxCost: z.number().positive().optional().describe("US dollars that the training may cost; nothing is started above"),
  simulated: z.boolean().default(false).describe("train on simulated evidence all the same"),
  cancel: z.boolean().default(false).describe("cancel the job of this run"),
};
export type FinetuneFlags = Readonly<z.infer<z.ZodObject<typeof finetuneFlags>>>;

/** What decides a job, for config.json: equal configs are one job, whatever run asks for it. */
export function finetuneConfig(
  { suffix, epochs, batchSize, learningRate, seed }: FinetuneFlags,
  found: {
    readonly service: TuningService;
    readonly provider: string;
    readonly base: string;
    readonly model: string;
    readonly train: string;
    readonly validation: string | null;
  },
): JsonObject & { readonly suffix: string } {
  const own = suffix ?? `ielts-${found.train.slice(0, 8)}`;
  const chosen = { epochs: epochs ?? null, batchSize: batchSize ?? null, learningRate: learningRate ?? null };
  return { ...found, ...chosen, suffix: own, seed };
}

/** The flags again, as words of a recorded command. Neither the signed URL nor where to stop. */
export function finetuneWords(flags: FinetuneFlags): string[] {
  const words: string[] = [];
  const kept = ["target", "provider", "model", "suffix", "epochs", "batchSize", "learningRate", "maxCost"] as const;
  for (const key of kept)
    if (flags[key] !== undefined)
      words.push(`--${key.replace(/[A-Z]/g, (big) => `-${big.toLowerCase()}`)}`, `${flags[key]}`);
  if (flags.seed !== 42) words.push("--seed", `${flags.seed}`);
  return flags.simulated ? [...words, "--simulated"] : words;
}

/** The flags again, for the line that goes on. */
export function goOnWords(
  { placeWords }: { readonly placeWords: typeof wordsOfPlace },
  { results, baseUrl, ...flags }: FinetuneFlags & PlaceFlags & { readonly iMaySend: boolean },
): string[] {
  const words = [...finetuneWords(flags), ...placeWords({ results, baseUrl })];
  if (flags.blobSas) words.push("--blob-sas");
  return flags.iMaySend ? [...words, "--i-may-send"] : words;
}

/** What the terminal says of a finished job. */
export function tunedLines(
  tuned: Tuned,
  where: Pick<NextSteps, "folder" | "iMaySend"> & { readonly results: string },
): string[] {
  const { model, trained_tokens: tokens, usd, service: target, provider } = tuned;
  const isOffline = provider === "offline";
  const paid = isOffline ? "nothing paid" : usd === null ? "price unknown" : `about $${usd.toFixed(2)}`;
  const trained = tokens === null ? "tokens unknown" : `${tokens.toLocaleString("en-US")} tokens trained`;
  return [`tuned: ${model} (${trained}, ${paid})`, "next:", ...nextSteps({ ...where, target, isOffline }).slice(3)];
}

/** Said before learners' texts leave this machine; nothing where nothing was seen. */
export function personalWarning({ emails, phones, names }: PersonalData, provider: string): string[] {
  if (emails + phones + names === 0) return [];
  return [
    `what looks like personal data goes to ${provider}: ${emails} e-mail addresses, ${phones} phone numbers, ${names} names`,
  ];
}

/** What stands against a job, from the tables of dates: it cannot be started, or should be thought over. */
export function tuningTrouble(
  service: TuningService,
  model: string,
  dates: TuningDates | undefined,
  now: number,
): { readonly stop?: string; readonly warnings: readonly string[] } {
  const name = service === "azure" ? "Azure" : "OpenAI";
  if (!dates) return { warnings: [`${model} is not known to be tunable at ${name}; the service decides`] };
  const today = new Date(now).toISOString().slice(0, 10);
  const other = "Prepare for the other service (--target), or train a model of your own";
  if (service === "openai" && today >= dates.until)
    return { stop: `OpenAI takes no fine-tuning jobs since ${dates.until}. ${other}`, warnings: [] };
  const warnings: string[] = [];
  if (today >= dates.until)
    warnings.push(`Azure may have ended the training of ${model}: it is promised until ${dates.until}`);
  else if (today >= dates.newUntil)
    warnings.push(
      `since ${dates.newUntil} ${name} trains ${model} only for those who have tuned before, until ${dates.until}`,
    );
  if (today >= dates.servedUntil) warnings.push(`${name} has ended tuned models of ${model} on ${dates.servedUntil}`);
  else warnings.push(`${name} serves tuned models of ${model} until ${dates.servedUntil}`);
  return { warnings };
}

/** Throws where files must not be trained on: another service's, simulated evidence, or faults. */
export function checkPrepared(
  metadata: Metadata,
  files: Readonly<Record<string, FileCheck>>,
  asked: { readonly service: TuningService; readonly isOffline: boolean; readonly simulated: boolean },
): void {
  if (metadata.target !== asked.service)
    throw new StudyError(
      "config",
      `these files are for ${metadata.target} (byte order mark); make them again with prepare --target ${asked.service}, which pays for nothing twice`,
    );
  if (metadata.provider === "offline" && !asked.isOffline && !asked.simulated)
    throw new StudyError(
      "refused",
      "the evidence in these files is simulated: prepare with a model first, or add --simulated to pay for training on it",
    );
  const faults = Object.entries(files).flatMap(([file, { problems }]) =>
    problems.slice(0, 3).map(({ line, what }) => `${file}${line === 0 ? "" : `:${line}`} ${what}`),
  );
  if (faults.length > 0)
    throw new StudyError(
      "dataset",
      `the service would refuse these files: ${faults.join("; ")}; prepare makes them anew`,
    );
}

/** What the training will cost. Throws "budget" where it may not. */
export function trainingCost(
  train: FileCheck,
  { epochs, maxCost }: FinetuneFlags,
  price: { readonly model: string; readonly usdPerMillion: number | undefined },
): CountedCost {
  const cost = countedCost(train, price, epochs);
  if (maxCost === undefined) return cost;
  if (cost.usd === null)
    throw new StudyError(
      "budget",
      `no training price is known for ${cost.model}: --max-cost cannot be kept; leave it out`,
    );
  if (cost.usd > maxCost)
    throw new StudyError(
      "budget",
      `training would cost about $${cost.usd.toFixed(2)}, --max-cost is $${maxCost}: fewer examples, fewer --epochs, or more money`,
    );
  return cost;
}

export function costLine(
  { tokens, epochs, usd, usd_per_million_tokens: price, model }: CountedCost,
  asOf: string,
): string {
  const counted = `${tokens.toLocaleString("en-US")} tokens × ${epochs} epochs`;
  if (usd === null) return `training: ${counted}; no price is known for ${model}`;
  return `training: ${counted}, about $${usd.toFixed(2)} at $${price} a million (${model}, list price as of ${asOf}, unconfirmed)`;
}

/** tuned.json: what came of a job. */
export const Tuned = z.strictObject({
  provider: z.string(),
  service: z.enum(["azure", "openai"]),
  base_model: z.string(),
  /** As the service names it. */
  model: z.string(),
  job: z.string(),
  files: z.strictObject({ train: z.string(), validation: z.string().nullable() }),
  suffix: z.string(),
  trained_tokens: z.number().int().nullable(),
  usd: z.number().nullable(),
});
export type Tuned = z.infer<typeof Tuned>;

/** By which name a tuned model is asked: on Azure that of its deployment, which deploy takes from the suffix. */
export function askedName({ service, suffix, model }: Tuned): string {
  return service === "azure" ? suffix : model;
}

/** Losses of an event, where it has them. */
export function lossesOf({
  data,
}: TuningEvent): { step: number; steps: number; train: number; valid: number | null } | undefined {
  const found = Losses.safeParse(data).data;
  return found && { step: found.step, steps: found.total_steps, train: found.train_loss, valid: found.valid_loss };
}

const Losses = z.object({
  step: z.number(),
  total_steps: z.number().catch(0),
  train_loss: z.number(),
  valid_loss: z.number().nullable().catch(null),
});

/** metrics.json: the last losses that were told. */
export function tuningMetrics(events: readonly TuningEvent[], provider: string): Metrics | undefined {
  const last = events.flatMap((event) => lossesOf(event) ?? []).at(-1);
  if (!last) return undefined;
  const metric = (name: string, value: number) => ({
    ...{ name, value, low: null, high: null, n: last.step, unit: "loss", provider },
  });
  const valid = last.valid === null ? [] : [metric("validation loss, last step", last.valid)];
  return { headline: metric("training loss, last step", last.train), metrics: valid };
}
