import { isStudyError, StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import type { TrainEvent } from "corrigenda/train";
import { type Examples, type ExamplesHeader, openExamples } from "./example-file.ts";
import { INFILLING_FILE } from "./train-base.ts";
import type { TrainFlags } from "./train-flags.ts";

/** The two files of examples that a training reads. */
export interface TrainingFiles extends AsyncDisposable {
  readonly paths: readonly string[];
  readonly training: Examples;
  readonly validation: Examples;
}

/**
 * Opens the examples of a training. Throws StudyError "files" where one is absent, "dataset" where both are not of one
 * kind, or where validation masks a text that is trained on.
 */
export async function trainingFiles(
  disk: Disk,
  folder: string,
  { trainExamplesTag, evalExamplesTag }: Pick<TrainFlags, "trainExamplesTag" | "evalExamplesTag">,
): Promise<TrainingFiles> {
  const paths = [trainExamplesTag, evalExamplesTag].map((tag) => `${folder}/${tag}.ilm`);
  await using stack = new AsyncDisposableStack();
  const opened: Examples[] = [];
  for (const path of paths) {
    const file = await openExamples(disk, path);
    stack.defer(() => file.close());
    opened.push(file);
  }
  const [training, validation] = opened as [Examples, Examples];
  const [a, b] = [training.header, validation.header];
  const place = disk.resolve(folder);
  if (a.types.join() !== b.types.join())
    throw new StudyError("dataset", `${place}: training masks ${a.types}, validation ${b.types}; make both alike`);
  if (a.source === b.source && trainExamplesTag !== evalExamplesTag)
    throw new StudyError(
      "dataset",
      `${place}: ${evalExamplesTag}.ilm masks the training text; make it of its own split`,
    );
  if (a.documents === 0 || b.examples === 0)
    throw new StudyError(
      "dataset",
      `${place} has ${a.documents} documents and ${b.examples} examples; make them again`,
    );
  const kept = stack.move();
  return { paths, training, validation, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** What the progress says of a model's training. */
export function trainLabel(name: string, event: Extract<TrainEvent, { kind: "step" }>): string {
  const speed = Math.round(event.tokensPerSecond).toLocaleString("en-US");
  return `${name} · loss ${event.loss.toFixed(3)} · ${speed} tokens/s`;
}

/** A training's files that are the same however often it was stopped; time.json and tensorboard/ are not. */
export const TRAINED = [
  ...["best/config.json", "best/model.safetensors", "last.safetensors"],
  ...["metrics.jsonl", INFILLING_FILE],
] as const;

export function trainCounts(header: ExamplesHeader, documents: number, steps: number) {
  const all = documents === header.documents;
  return { documents, examples: all ? header.examples : documents * header.examplesPerDocument, steps };
}

const ERRORS = "errors.jsonl";

/** Notes what a training ended with, so that errors of a device are not forgotten when it goes on. */
export async function notingErrors<T>(disk: Disk, folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isStudyError(error, "stopped") && error instanceof Error) {
      const notes = await disk.append(`${folder}/${ERRORS}`);
      await notes.write(`${JSON.stringify({ error: error.message })}\n`);
      await notes.close();
    }
    throw error;
  }
}

/** How often a training ended in an error. */
export async function errorsNoted(disk: Disk, folder: string): Promise<number> {
  if ((await disk.size(`${folder}/${ERRORS}`)) === undefined) return 0;
  const parts: Uint8Array[] = [];
  for await (const part of disk.read(`${folder}/${ERRORS}`)) parts.push(part);
  return Buffer.concat(parts).toString("utf8").split("\n").length - 1;
}
