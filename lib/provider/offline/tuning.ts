import { type Disk, lineBlocks } from "corrigenda/files";
import { parseJson } from "corrigenda/json";
import { keyedRng } from "corrigenda/rng";
import { tokensOf } from "./answer.ts";
import type { Pace } from "./life.ts";
import { isObject } from "./schema.ts";
import type { TuningRecord } from "./state.ts";
import type { Wire } from "./wire.ts";

const LEAST_EXAMPLES = 10;
const ROLES = ["system", "user", "assistant", "tool", "developer"];
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/** Steps that are told of at most. */
const MOST_STEPS = 50;

/** What validation found in a training or validation file. */
export interface TuningFile {
  readonly examples: number;
  readonly tokens: number;
  /** The first fault. */
  readonly problem?: { readonly code: string; readonly message: string };
}

/** Reads a whole file of examples. @param trains it needs ten of them */
export async function checkTuningFile(disk: Disk, path: string, wire: Wire, trains: boolean): Promise<TuningFile> {
  let [line, examples, tokens] = [0, 0, 0];
  let problem: TuningFile["problem"];
  for await (const block of lineBlocks(disk.read(path))) {
    for (const bytes of block) {
      line += 1;
      const hasMark = line === 1 && bytes.subarray(0, 3).equals(MARK);
      if (line === 1 && wire === "azure" && !hasMark)
        problem = { code: "invalidPayload", message: "The file has to be UTF-8 with a byte order mark." };
      const text = bytes.subarray(hasMark ? 3 : 0).toString("utf8");
      if (text.trim() === "") continue;
      examples += 1;
      tokens += tokensOf(text);
      const wrong = exampleFault(text);
      if (wrong) problem ??= { code: "invalid_training_file", message: `Line ${line}: ${wrong}` };
    }
  }
  if (trains && examples < LEAST_EXAMPLES) {
    const message = `Training file has ${examples} example(s), but must have at least ${LEAST_EXAMPLES} examples.`;
    problem ??= { code: "invalid_n_examples", message };
  }
  return { examples, tokens, ...(problem && { problem }) };
}

function exampleFault(text: string): string | undefined {
  const value = parseJson(text);
  if (!isObject(value)) return "not parseable as JSON.";
  const { messages } = value;
  if (!Array.isArray(messages) || messages.length === 0) return "expected a list of messages.";
  for (const message of messages) {
    if (!isObject(message) || !ROLES.includes(String(message.role))) return "a message has no known role.";
    if (typeof message.content !== "string") return "a message has no content of text.";
  }
  return messages.some((one) => isObject(one) && one.role === "assistant") ? undefined : "no assistant message.";
}

export type TuningPhase = "validating_files" | "queued" | "running" | "succeeded" | "failed" | "cancelled";

export interface TuningEvent {
  readonly id: string;
  /** Clock milliseconds since 1970. */
  readonly at: number;
  readonly level: "info" | "error";
  readonly message: string;
  readonly data?: Readonly<Record<string, number>>;
}

/** Where a job stands at a time: its phase, when it ends or ended, and all that was told of it, oldest first. */
export function tuningState(
  job: TuningRecord,
  pace: Pace,
  now: number,
): { readonly phase: TuningPhase; readonly endsAt: number; readonly events: readonly TuningEvent[] } {
  const plan = planOf(job, pace);
  const stop = Math.min(job.cancelled ?? Number.POSITIVE_INFINITY, now);
  const told = plan.events.filter(({ at }) => at <= stop);
  const cancelled = job.cancelled !== undefined;
  const events = cancelled
    ? [...told, { at: job.cancelled ?? 0, level: "info" as const, message: "The job has been cancelled" }]
    : told;
  return {
    phase: cancelled ? "cancelled" : plan.phaseAt(now),
    endsAt: job.cancelled ?? plan.end,
    events: events.map((event, at) => ({ ...event, id: `ftevent-${job.id.slice(-12)}-${`${at}`.padStart(4, "0")}` })),
  };
}

/** The model a job makes. "offline" is in its name. */
export function tunedModel({ id, wire, model, suffix }: TuningRecord): string {
  const own = id.slice(-12);
  if (wire === "azure") return `${model}.ft-offline${own}${suffix === null ? "" : `-${suffix}`}`;
  return `ft:${model}:offline:${suffix ?? ""}:${own}`;
}

/** Seeded by the content of the training file and the job's own seed, not by its id. */
function planOf(job: TuningRecord, pace: Pace) {
  const rng = keyedRng("tuning", job.seed, job.training.sha256);
  const queued = job.created + pace.validateMs;
  const started = queued + pace.finalizeMs * (0.5 + rng.next());
  const steps = Math.max(1, job.training.examples * job.epochs);
  const end = job.problem ? queued : started + steps * pace.perRequestMs * (0.8 + 0.4 * rng.next());
  const say = (at: number, message: string): Omit<TuningEvent, "id"> => ({ at, level: "info", message });
  const begun = [
    say(job.created, "Created fine-tuning job (offline: nothing is trained)"),
    say(job.created, `Validating training file: ${job.training.file}`),
  ];
  const shown = Math.min(steps, MOST_STEPS);
  const trained = Array.from({ length: shown }, (_, place): Omit<TuningEvent, "id"> => {
    const step = Math.ceil(((place + 1) * steps) / shown);
    const at = started + ((end - started) * step) / steps;
    const train_loss = round(0.4 + 1.6 * Math.exp((-3 * step) / steps) + 0.05 * rng.next());
    const valid = job.validation === null ? {} : { valid_loss: round(train_loss + 0.08 + 0.05 * rng.next()) };
    const data = { step, total_steps: steps, train_loss, ...valid };
    return { ...say(at, `Step ${step}/${steps}: training loss=${train_loss.toFixed(2)} (simulated)`), data };
  });
  const events: readonly Omit<TuningEvent, "id">[] = job.problem
    ? [...begun, { at: queued, level: "error", message: job.problem.message }]
    : [
        ...begun,
        say(queued, "Files validated, moving job to queued state"),
        say(started, "Fine-tuning job started"),
        ...trained,
        say(end, `New fine-tuned model created: ${tunedModel(job)}`),
        say(end, "The job has successfully completed"),
      ];
  const phaseAt = (now: number): TuningPhase => {
    if (now < queued) return "validating_files";
    if (job.problem) return "failed";
    if (now < started) return "queued";
    return now < end ? "running" : "succeeded";
  };
  return { events, end, phaseAt };
}

function round(loss: number): number {
  return Math.round(loss * 1e4) / 1e4;
}
