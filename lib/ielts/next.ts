import { shellWord } from "corrigenda/text";
import type { Target } from "./finetune-line.ts";

/** Where results go by themselves: it need not be said. */
const USUAL = "results";

/** What the next commands need to know. */
export interface NextSteps {
  readonly folder: string;
  readonly target: Target;
  /** A simulator answered: the commands go to the offline service. */
  readonly isOffline: boolean;
  /** The results' folder, as given. */
  readonly results: string;
  readonly iMaySend: boolean;
}

/**
 * The five steps from files to a deployed model, each a command that runs as it stands. On Azure a model is asked by its
 * deployment: it is deployed before it is evaluated.
 */
export function nextSteps({ folder, target, isOffline, results, iMaySend }: NextSteps): string[] {
  const where = [
    shellWord(folder),
    ...(isOffline ? ["--provider offline"] : []),
    ...(results === USUAL ? [] : [`--results ${shellWord(results)}`]),
  ].join(" ");
  const may = iMaySend ? " --i-may-send" : "";
  const asked = target === "openai" && !isOffline ? " --provider openai" : "";
  const evaluate = ["evaluate", `evaluate.ts ${where}${asked}${may} --tuned`] as const;
  const deploy = ["deploy", `deploy.ts ${where}`] as const;
  const steps = [
    ["upload", `finetune.ts ${where}${may} --until upload`],
    ["create", `finetune.ts ${where}${may} --until create`],
    ["monitor", `finetune.ts ${where}${may}`],
    ...(target === "azure" ? [deploy, evaluate] : [evaluate, deploy]),
  ] as const;
  return steps.map(([name, command], place) => `  ${place + 1}. ${name}: npx zx scripts/ielts/${command}`);
}
