import { type Json, type JsonObject, parseJson } from "corrigenda/json";
import { metadataRefusal } from "./batches-routes.ts";
import type { Context } from "./context.ts";
import { fileStatus } from "./files-routes.ts";
import { type Call, json, type Reply, type Routes } from "./http.ts";
import { pageOf, shown } from "./paging.ts";
import { isObject } from "./schema.ts";
import type { FileRecord, TuningRecord } from "./state.ts";
import { checkTuningFile, type TuningEvent, tunedModel, tuningState } from "./tuning.ts";
import { isRefusal, notFound, type Refusal, refuse } from "./wire.ts";

const TUNABLE = /^gpt-(4o|4\.1|3\.5|35)/;
const LONGEST_SUFFIX = 64;
const MOST_EPOCHS = 50;
/** The service's own choice of a seed, where none is asked for. */
const SEED = 42;

/** Fine-tuning jobs of OpenAI and Azure: create, list, retrieve, events, cancel. Nothing is trained. */
export function tuningRoutes(context: Context): Routes {
  const found = (act: (job: TuningRecord, call: Call) => Reply | Promise<Reply>) => (call: Call) => {
    const job = context.state.tuning.get(call.id);
    return job?.wire === call.wire ? act(job, call) : notFound("FineTuningJob", call.id);
  };
  const jobs = "/v1/fine_tuning/jobs";
  return {
    [`POST ${jobs}`]: { faults: ["noCredit", "noTuning"], act: (call) => create(context, call) },
    [`GET ${jobs}`]: { act: (call) => list(context, call) },
    [`GET ${jobs}/{id}`]: { act: found((job) => json(jobView(context, job))) },
    [`GET ${jobs}/{id}/events`]: { act: found((job, call) => events(context, job, call)) },
    [`POST ${jobs}/{id}/cancel`]: { act: found((job) => cancel(context, job)) },
  };
}

function jobView(context: Context, job: TuningRecord): object {
  const { phase, endsAt } = tuningState(job, context.pace, context.clock.now());
  const { id, model, created, training, validation, suffix, seed, epochs, metadata, problem, tokens } = job;
  const ended = phase === "succeeded" || phase === "failed" || phase === "cancelled";
  const hyperparameters = { n_epochs: epochs, batch_size: 1, learning_rate_multiplier: 1 };
  return {
    ...{ id, object: "fine_tuning.job", model, status: phase, organization_id: "org-offline", result_files: [] },
    created_at: Math.floor(created / 1000),
    finished_at: ended ? Math.floor(endsAt / 1000) : null,
    estimated_finish: ended ? null : Math.ceil(endsAt / 1000),
    fine_tuned_model: phase === "succeeded" ? tunedModel(job) : null,
    trained_tokens: phase === "succeeded" ? tokens * epochs : null,
    error: phase === "failed" && problem ? problem : null,
    ...{ training_file: training.file, validation_file: validation, user_provided_suffix: suffix, seed, metadata },
    ...{ hyperparameters, method: { type: "supervised", supervised: { hyperparameters } }, integrations: [] },
  };
}

/** Newest first, without those that a fault still hides. */
function list(context: Context, call: Call): Reply {
  const { faults, clock, state } = context;
  const hidden = ({ created, training }: TuningRecord): boolean =>
    clock.now() < created + faults.plan.listDelayMs && faults.holds("listDelay", training.sha256);
  const jobs = [...state.tuning.values()].filter((job) => job.wire === call.wire && !hidden(job)).reverse();
  const page = shown(pageOf(jobs, call.query, { usual: 20, most: 100 }), (job) => jobView(context, job));
  return isRefusal(page) ? page : json(page);
}

/** Newest first. */
function events(context: Context, job: TuningRecord, call: Call): Reply {
  const told = [...tuningState(job, context.pace, context.clock.now()).events].reverse();
  const page = shown(pageOf(told, call.query, { usual: 20, most: 100 }), eventView);
  return isRefusal(page) ? page : json(page);
}

function eventView({ id, at, level, message, data }: TuningEvent): object {
  const type = data ? "metrics" : "message";
  return { object: "fine_tuning.job.event", id, created_at: Math.floor(at / 1000), level, message, type, data };
}

async function cancel(context: Context, job: TuningRecord): Promise<Reply> {
  const now = context.clock.now();
  const { phase } = tuningState(job, context.pace, now);
  if (phase === "succeeded" || phase === "failed") return refuse(`The job ${job.id} has already ${phase}.`);
  if (phase !== "cancelled") await context.state.record({ type: "tuning_cancelled", id: job.id, at: now });
  return json(jobView(context, job));
}

async function create(context: Context, call: Call): Promise<Reply> {
  const asked = readCreate(context, call);
  if (isRefusal(asked)) return asked;
  const { training, validation, ...rest } = asked;
  const { disk, clock, state } = context;
  const check = await checkTuningFile(disk, training.path, call.wire, true);
  const other = validation && (await checkTuningFile(disk, validation.path, call.wire, false));
  const wrong = check.problem ?? other?.problem;
  const param = check.problem ? "training_file" : "validation_file";
  const { examples, tokens } = check;
  const job: TuningRecord = {
    ...{ id: state.newId("ftjob-"), wire: call.wire, created: clock.now(), ...rest, tokens },
    epochs: rest.epochs ?? usualEpochs(examples),
    training: { file: training.id, sha256: training.sha256, examples },
    validation: validation?.id ?? null,
    problem: wrong ? { ...wrong, param } : null,
  };
  await state.record({ type: "tuning", job });
  return json(jobView(context, job), call.wire === "azure" ? 201 : 200);
}

/** @see OpenAI cookbook, chat fine-tuning data preparation */
function usualEpochs(examples: number): number {
  if (examples * 3 < 100) return Math.min(25, Math.floor(100 / Math.max(1, examples)));
  return examples * 3 > 25_000 ? Math.max(1, Math.floor(25_000 / examples)) : 3;
}

interface Create extends Pick<TuningRecord, "model" | "suffix" | "seed" | "metadata"> {
  readonly training: FileRecord;
  readonly validation: FileRecord | undefined;
  readonly epochs: number | undefined;
}

function readCreate(context: Context, call: Call): Create | Refusal {
  const body = parseJson(call.body.toString("utf8"));
  if (!isObject(body)) return refuse("We could not parse the JSON body of your request.");
  const { model, suffix = null, seed = SEED } = body;
  if (typeof model !== "string" || !TUNABLE.test(model)) {
    const refused = `Model ${String(model)} is not available for fine-tuning or does not exist.`;
    return refuse(refused, "model", call.wire === "azure" ? "invalidPayload" : "model_not_available");
  }
  if (suffix !== null && (typeof suffix !== "string" || suffix === "" || suffix.length > LONGEST_SUFFIX))
    return refuse(`Invalid 'suffix': expected 1 to ${LONGEST_SUFFIX} characters.`, "suffix", "invalid_value");
  if (typeof seed !== "number") return refuse("Invalid 'seed': expected an integer.", "seed", "invalid_value");
  const wrong = metadataRefusal(body.metadata);
  if (wrong) return wrong;
  const epochs = epochsOf(body);
  if (epochs === "wrong") return refuse(`Invalid 'n_epochs': expected auto or 1 to ${MOST_EPOCHS}.`, "n_epochs");
  const training = fileOf(context, call, "training_file", body.training_file);
  if (isRefusal(training)) return training;
  const absent = body.validation_file === undefined || body.validation_file === null;
  const validation = absent ? undefined : fileOf(context, call, "validation_file", body.validation_file);
  if (validation && isRefusal(validation)) return validation;
  return { model, suffix, seed, metadata: body.metadata ?? null, training, validation, epochs };
}

/** Of `method`, or at the top as older versions have it. */
function epochsOf(body: JsonObject): number | undefined | "wrong" {
  const method = isObject(body.method) && isObject(body.method.supervised) ? body.method.supervised : body;
  const said = isObject(method.hyperparameters) ? method.hyperparameters.n_epochs : undefined;
  if (said === undefined || said === "auto") return undefined;
  return typeof said === "number" && Number.isInteger(said) && said >= 1 && said <= MOST_EPOCHS ? said : "wrong";
}

function fileOf(context: Context, call: Call, param: string, id: Json | undefined): FileRecord | Refusal {
  const file = context.state.files.get(String(id));
  if (file?.wire !== call.wire) return refuse(`No such File object: ${String(id)}`, param);
  if (file.purpose !== "fine-tune") return refuse("Expected a file with purpose 'fine-tune'.", param, "invalid_value");
  if (fileStatus(context, file) === "pending") return refuse("The file is not processed yet.", param, "file_not_ready");
  return file;
}
