import type { Plan } from "./plan.ts";
import { planJobs } from "./plan-jobs.ts";
import { type RunPlace, trainWords } from "./run-train.ts";
import { flagWords } from "./train-flags.ts";

/** One task of an array: scripts of this project, one after the other. */
export interface SlurmTask {
  readonly commands: readonly (readonly string[])[];
  /** The stage's folder that it works in, where there is one. */
  readonly stage?: string;
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
  const trainings = (isTuned: boolean): SlurmTask[] =>
    runs.flatMap(({ plan, run }) =>
      planJobs(plan)
        .filter(({ kind, training }) => kind === "train" && (training?.from !== undefined) === isTuned)
        .map((job) => ({
          commands: [trainWords(plan, job, { ...place, run })],
          stage: `${results}/ilm/${run}/${job.id}`,
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
  });
  const prepared = runs.map(({ run, file }) => ({ commands: [step("prepare", run, "--plan", file)] }));
  return [
    { name: "prepare", tasks: prepared, onDevice: false },
    { name: "train", tasks: trainings(false), after: { name: "prepare", how: "afterok" }, onDevice: true },
    ...(tuned.length > 0
      ? [{ name: last, tasks: tuned, after: { name: "train", how: "afterany" }, onDevice: true } as const]
      : []),
    { name: "finish", tasks: runs.map(finish), after: { name: last, how: "afterany" }, onDevice: true },
  ];
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
  const cases = tasks.map(({ commands, stage }, at) => {
    const lines = commands.map((words) => `    run zx ${words.map(quoted).join(" ")}`);
    const lock = stage === undefined ? [] : [`    restarted ${quoted(stage)}`];
    return `  ${at})\n${[...lock, ...lines].join("\n")} ;;`;
  });
  return `#!/bin/bash
${asked.map((option) => `#SBATCH ${option}`).join("\n")}
${WORKS}
case "$SLURM_ARRAY_TASK_ID" in
${cases.join("\n")}
esac
`;
}

const WORKS = `
export PATH="$PWD/node_modules/.bin:$PATH"
child= again=
stop() { [ -z "$child" ] || kill -TERM "$child" 2>/dev/null; }
trap 'again=yes; stop' USR1 # the time limit is near: what runs saves itself, and the task starts again
trap stop TERM              # cancelled, or preempted: Slurm itself requeues what it preempts

# Slurm runs a task once at a time, so what an earlier start of it left on another machine holds nothing.
restarted() { [ "\${SLURM_RESTART_COUNT:-0}" -eq 0 ] || rm -f "$1/.lock"; }

run() {
  "$@" & child=$!
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
