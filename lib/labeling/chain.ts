import { PROCESSES, type Process } from "./names.ts";
import { commandOf, resultsStage, stagesUpTo } from "./study.ts";

/** Every stage up to a process's results, the first one first, and the command that makes it. */
export function stagesThrough(process: Process, run: string): { stage: string; command: string }[] {
  const command = `npx zx ${commandOf("collect", process, run).join(" ")}`;
  return [...stagesUpTo(process, run), { stage: resultsStage(process), command }];
}

/** The last process with results; the first one where there is none, so that its command is named. */
export function lastProcess(stages: readonly { readonly stage: string; readonly state: string }[]): Process {
  const finished = new Set(stages.flatMap(({ stage, state }) => (state === "finished" ? [stage] : [])));
  return PROCESSES.findLast((process) => finished.has(resultsStage(process))) ?? "extraction";
}

/** Paths of a run's tables, relative to results/. */
export const tables = {
  documents: (run: string) => `labeling/${run}/text/documents.jsonl`,
  pages: (run: string) => `labeling/${run}/text/pages.jsonl`,
  mentions: (run: string, process: Process) => `labeling/${run}/${resultsStage(process)}/mentions.jsonl`,
  replies: (run: string, process: Process) => `labeling/${run}/${resultsStage(process)}/replies.jsonl`,
} as const;
