/** Files of a run that only say when, or by whom: TensorBoard's events, seconds, dates of stages, locks, Slurm's own. */
const TIMES = /(^|\/)(tensorboard\/|time\.json$|methods\.md$|\.lock|slurm\/)/;
/** Keys that say when, how long or by which code, and hashes of files that hold such keys. */
const KEYS = ["startedAt", "endedAt", "environment", "manifestSha256", "trainSeconds", "tokensPerSecond"];
/** Pages that show hours: the same bytes once the hours are (see `withHours`). */
const PAGES = /^(comparison|tables|figures)\/|^report\.html$/;

/**
 * What of a run's file has to be the same however often it was stopped, and on whatever devices it ran side by side;
 * undefined for a file that is left out.
 * @param path in the run's folder @param pages whether pages that show hours are compared
 */
export function timeless(path: string, bytes: Buffer, pages: boolean): Buffer | string | undefined {
  if (TIMES.test(path) || (!pages && PAGES.test(path))) return undefined;
  if (!/(^|\/)(config|manifest|model)\.json$/.test(path) || path.includes("/best/")) return bytes;
  return JSON.stringify(JSON.parse(bytes.toString("utf8")), (key, value) => {
    if (KEYS.includes(key)) return undefined;
    // A model card holds seconds: its hash in the manifest is one of times.
    return value?.path?.endsWith?.("/model.json") ? { path: value.path } : value;
  });
}

/** Files that hold the hours of a run, from which its pages take them. */
export function hoursOf(path: string): boolean {
  return /^evaluate-[^/]+\/(model|manifest)\.json$|^train-[^/]+\/time\.json$/.test(path);
}

/** The micro plan on other texts, trained for so many steps, with a checkpoint every tenth of them. */
export function trialPlan(text: string, { csv, steps }: { readonly csv: string; readonly steps: number }): string {
  return text
    .replace(/csv: [^,]+,/, `csv: ${csv},`)
    .replace(/ samples: \d+,/g, "")
    .replace(/ steps: \d+/g, ` steps: ${steps}`)
    .replace(/evaluateSteps: \d+/, `evaluateSteps: ${Math.max(1, Math.floor(steps / 10))}`);
}
