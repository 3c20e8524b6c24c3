import { StudyError } from "corrigenda/error";
import type { Plan } from "./plan.ts";
import { planJobs } from "./plan-jobs.ts";
import { type RunPlace, trainWords } from "./run-train.ts";
import { flagWords } from "./train-flags.ts";

/** One task of an array: scripts of this project, one after the other. */
export interface SlurmTask {
  readonly commands: readonly (readonly string[])[];
  /** The folder whose locks it takes, its own or those one level below: a training's stage, or a run. */
  readonly folder: string;
}

/** A Slurm array, and which one has to have ended before it. */
export interface SlurmArray {
  readonly name: string;
  readonly tasks: readonly SlurmTask[];
  readonly after?: { readonly name: string; readonly how: "afterok" | "afterany" };
  /** Whether it takes the training device; else a processor. */
  readonly onDevice: boolean;
}

/** A plan and its file, under its run's name. */
export interface PlannedRun {
  readonly plan: Plan;
  readonly file: string;
  readonly run: string;
}

/**
 * Runs as arrays: preparation, all trainings (those that start from another one's model in an array behind), then
 * evaluation and comparison of what there is. One task is one training, and one training is one stage with its manifest.
 */
export function slurmArrays(
  runs: readonly PlannedRun[],
  { figures, ...place }: Omit<RunPlace, "run"> & { readonly figures: boolean },
): SlurmArray[] {
  const { results, engine, device, threads } = place;
  const step = (name: string, run: string, ...words: readonly string[]): string[] => [
    ...[`scripts/ilm/${name}.ts`, run, ...words, "--results", results],
  ];
  const folderOf = (run: string): string => `${results}/ilm/${run}`;
  const trainings = (isTuned: boolean): SlurmTask[] =>
    runs.flatMap(({ plan, run }) =>
      planJobs(plan)
        .filter(({ kind, training }) => kind === "train" && (training?.from !== undefined) === isTuned)
        .map((job) => ({
          commands: [trainWords(plan, job, { ...place, run })],
          folder: `${folderOf(run)}/${job.id}`,
        })),
    );
  const tuned = trainings(true);
  const last = tuned.length > 0 ? "fine-tune" : "train";
  const finish = ({ run }: PlannedRun): SlurmTask => ({
    commands: [
      step("evaluate", run, ...flagWords({ engine, device, threads })),
      step("compare", run, `--figures=${figures}`),
      step("status", run),
    ],
    folder: folderOf(run),
  });
  const prepared = runs.map(({ run, file }) => ({
    commands: [step("prepare", run, "--plan", file)],
    folder: folderOf(run),
  }));
  return [
    { name: "prepare", tasks: prepared, onDevice: false },
    { name: "train", tasks: trainings(false), after: { name: "prepare", how: "afterok" }, onDevice: true },
    ...(tuned.length > 0
      ? [{ name: last, tasks: tuned, after: { name: "train", how: "afterany" }, onDevice: true } as const]
      : []),
    { name: "finish", tasks: runs.map(finish), after: { name: last, how: "afterany" }, onDevice: true },
  ];
}

/** What is asked of a submission; undefined where it was not given. */
export interface SubmitAsked {
  readonly slurm: boolean;
  readonly sbatch: string;
  readonly dryRun: boolean;
  readonly device: string | undefined;
}

/** Throws StudyError "config" for what only Slurm is told: left unheard, a dry run would train. */
export function checkSubmit({ slurm, sbatch, dryRun, device }: SubmitAsked): void {
  const given = { "--dry-run": dryRun, "--sbatch": sbatch !== "", "--device": device !== undefined };
  const names = Object.entries(given).flatMap(([name, isGiven]) => (isGiven ? [name] : []));
  if (slurm || names.length === 0) return;
  throw new StudyError(
    "config",
    `without --slurm all that this machine has trains at once, and ${names.join(" and ")} would not be heard; ` +
      "add --slurm, or choose devices by: npx zx scripts/ilm/run.ts --devices",
  );
}

/** How squeue ended. */
export interface QueueAnswer {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Throws StudyError "locked" where some of the jobs are in the queue, "network" where Slurm did not say. An id that Slurm
 * does not know is of a job that ended long ago.
 */
export function refuseQueued(ids: string, { exitCode, stdout, stderr }: QueueAnswer): void {
  if (stdout.trim() !== "")
    throw new StudyError("locked", `this run's jobs ${ids} are in the queue; wait for them, or: scancel ${ids}`);
  if (exitCode === 0 || /invalid job id/i.test(stderr)) return;
  const why = stderr.trim().split("\n").at(-1) || `squeue ended with exit code ${exitCode}`;
  throw new StudyError("network", `whether this run's jobs ${ids} are in the queue is unknown (${why}); try again`);
}

/** Where and with what an array runs. */
export interface SlurmPlace {
  /** The repository, and the folder for logs: absolute. */
  readonly cwd: string;
  readonly logs: string;
  readonly cores: number;
  /** Beside the processor: webgpu, cuda, … */
  readonly hasGpu: boolean;
  /** Options of sbatch: "--partition=gpu". */
  readonly options: readonly string[];
}

/** Seconds before a time limit at which a task is told to save and to start again. */
const SAVE_SECONDS = 120;

/** An array as a script for sbatch. */
export function slurmScript({ name, tasks, onDevice }: SlurmArray, place: SlurmPlace): string {
  const { cwd, logs, cores, hasGpu, options } = place;
  const asksGpu = options.some((option) => /^--(gres|gpus)/.test(option));
  const asked = [
    ...[`--job-name=ilm-${name}`, `--array=0-${tasks.length - 1}`, `--chdir=${cwd}`, `--cpus-per-task=${cores}`],
    ...["--requeue", "--open-mode=append", `--signal=B:USR1@${SAVE_SECONDS}`, `--output=${logs}/${name}-%a.log`],
    ...(onDevice && hasGpu && !asksGpu ? ["--gres=gpu:1"] : []),
    ...options,
  ];
  const cases = tasks.map(({ commands, folder }, at) => {
    const lines = commands.map((words) => `    run zx ${words.map(quoted).join(" ")}`);
    return `  ${at})\n${[`    restarted ${quoted(folder)}`, ...lines].join("\n")} ;;`;
  });
  return `#!/bin/bash
${asked.map((option) => `#SBATCH ${option}`).join("\n")}

owners=${quoted(logs)}/"\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID.owners"
${WORKS}
case "$SLURM_ARRAY_TASK_ID" in
${cases.join("\n")}
esac
`;
}

const WORKS = `export PATH="$PWD/node_modules/.bin:$PATH"
child= again=
stop() { [ -z "$child" ] || kill -TERM "$child" 2>/dev/null; }
trap 'again=yes; stop' USR1 # the time limit is near: what runs saves itself, and the task starts again
trap stop TERM              # cancelled, or preempted: Slurm itself requeues what it preempts

# Notes a process word for word as its locks name it: on another machine nothing else tells whose a lock is.
owns() {
  local stat fields
  stat=$(cat "/proc/$1/stat" 2>/dev/null)
  read -ra fields <<<"\${stat##*) }" # field 22, the start: a name before it may hold spaces
  printf '{"pid":%s,"started":"%s","host":"%s"}\n' "$1" "\${fields[19]}" "$(uname -n)" >>"$owners"
}

# Slurm runs a task once at a time, so what an earlier start of this one left on another machine holds nothing. A lock of
# anyone else stays. The first start's list is empty: Slurm may count its jobs from 1 again.
restarted() {
  local lock
  [ "\${SLURM_RESTART_COUNT:-0}" -gt 0 ] || : >"$owners"
  for lock in "$1"/.lock* "$1"/*/.lock*; do
    [ ! -f "$lock" ] || ! grep -qxFf "$owners" "$lock" || rm -f "$lock"
  done
}

run() {
  "$@" & child=$!
  owns "$child"
  wait "$child"; code=$?
  while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done # a signal only ended the waiting
  child=
  [ "$code" -ne 0 ] || return 0
  [ -z "$again" ] || scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
  exit "$code"
}
`;

/** A word for a shell: nothing in it is expanded. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
