import type { Plan } from "./plan.ts";
import { foldsOf, planRows } from "./plan.ts";
import { planModels } from "./plan-jobs.ts";
import type { Status } from "./status.ts";

/** The status as rows for a terminal's table, or a page's: a line for each model. */
export function statusTable({ rows }: Status): Readonly<Record<string, string>>[] {
  const number = (n: number | null): string => (n === null ? "–" : n.toLocaleString("en-US"));
  return rows.map((row) => ({
    ...{ model: row.model, dataset: row.dataset, documents: number(row.documents), examples: number(row.examples) },
    ...{
      steps: `${number(row.step)}/${number(row.steps)}`,
      hours: hoursText(row.hours),
      left: hoursText(row.hoursLeft),
    },
    ...{ storage: bytesText(row.bytes), state: row.state },
  }));
}

/** One line: how many jobs are done, hours so far and left, storage. */
export function statusLine({ finished, jobs, hours, hoursLeft, wallHoursLeft, bytes }: Status): string {
  const left = hoursLeft === null ? "hours left not known" : `${hoursText(hoursLeft)} device hours left`;
  const wall =
    wallHoursLeft === null || wallHoursLeft === hoursLeft ? "" : ` (${hoursText(wallHoursLeft)} on the wall)`;
  return `${finished} of ${jobs} jobs done; ${hoursText(hours)} device hours so far, ${left}${wall}; ${bytesText(bytes)}`;
}

/** Hours with as many digits as they are worth; "–" where not known. */
export function hoursText(hours: number | null): string {
  if (hours === null) return "–";
  return hours === 0 || hours >= 0.1 ? hours.toFixed(1) : hours.toPrecision(1);
}

export function bytesText(bytes: number): string {
  const [unit, power] = bytes >= 1e9 ? ["GB", 1e9] : bytes >= 1e6 ? ["MB", 1e6] : ["kB", 1e3];
  return `${(bytes / power).toFixed(1)} ${unit}`;
}

/** Bytes that a plan will take; null where the number of its texts is not known. */
export interface Storage {
  readonly texts: number;
  readonly examples: number;
  /** Best weights, and the last checkpoint with the optimiser's moving averages. */
  readonly checkpoints: number;
  readonly total: number;
}

/** EFCAMDAT: 231.8 MB of text for 723,282 documents. */
const TEXT_BYTES = 320;
/** 9.26 million examples of its training documents take 263 MB with their texts. */
const EXAMPLE_BYTES = 28.4;
/** Best weights (1), last weights and both moving averages (3), in single precision. */
const WEIGHT_BYTES = 4 * (1 + 3);

/** An estimate before anything runs. @param parameters of the model's shape */
export function storageEstimate(plan: Plan, parameters: number): Storage | null {
  const folds = foldsOf(plan).length;
  let [texts, examples] = [0, 0];
  for (const { documents } of planRows(plan)) {
    if (documents === undefined) return null;
    const all = documents.train + documents.valid + documents.test;
    texts += all * TEXT_BYTES * folds;
    examples += all * plan.examplesPerDocument * EXAMPLE_BYTES * folds;
  }
  const checkpoints = planModels(plan).length * folds * parameters * WEIGHT_BYTES;
  return { texts, examples, checkpoints, total: texts + examples + checkpoints };
}

export function storageLine({ texts, examples, checkpoints, total }: Storage): string {
  const parts = `texts ${bytesText(texts)}, examples ${bytesText(examples)}, checkpoints ${bytesText(checkpoints)}`;
  return `storage expected: ${bytesText(total)} (${parts})`;
}
