import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import type { Json } from "corrigenda/json";
import { valueDifferences } from "./difference.ts";
import type { Manifest, Metrics } from "./manifest.ts";
import { type RunName, runFolder, stageFolder } from "./names.ts";
import { readManifest, readMetrics, stagesOf } from "./read.ts";

/** A finished stage with its metrics. */
export interface StageRecord {
  readonly manifest: Manifest;
  readonly metrics?: Metrics;
}

/** The finished stages of a run. */
export interface RunRecord extends RunName {
  readonly stages: readonly StageRecord[];
}

/** Why two runs differ, causes before effects. */
const CAUSES = [
  "stage",
  "config",
  "input",
  "prompt",
  "seed",
  "code",
  "environment",
  "model",
  "output",
  "metric",
] as const;

export interface Difference {
  readonly cause: (typeof CAUSES)[number];
  readonly stage: string;
  readonly key: string;
  readonly a: Json | undefined;
  readonly b: Json | undefined;
}

/** Reads a run's manifests and metrics; StudyError "stage" where there is no finished stage. */
export async function readRun(root: Disk, name: RunName): Promise<RunRecord> {
  const stages: StageRecord[] = [];
  for await (const { stage } of stagesOf(root, name)) {
    const folder = stageFolder({ ...name, stage });
    const manifest = await readManifest(root, folder);
    const metrics = await readMetrics(root, folder);
    if (manifest) stages.push({ manifest, ...(metrics ? { metrics } : {}) });
  }
  if (stages.length > 0) return { ...name, stages };
  throw new StudyError(
    "stage",
    `${root.resolve(runFolder(name))} holds no finished stage; see: npx zx scripts/jobs.ts`,
  );
}

/** All differences of two runs, by cause and then by stage. Names of the runs themselves, times and costs do not count. */
export function compareRuns(a: RunRecord, b: RunRecord): Difference[] {
  const names = [...new Set([...a.stages, ...b.stages].map(({ manifest }) => manifest.stage))];
  const found = names.flatMap((stage) => {
    const [one, other] = [a, b].map((run) => run.stages.find(({ manifest }) => manifest.stage === stage));
    if (one && other) return compareStages(stage, aspectsOf(one, a.run), aspectsOf(other, b.run));
    return [
      {
        cause: "stage" as const,
        stage,
        key: stage,
        a: one ? "finished" : "missing",
        b: other ? "finished" : "missing",
      },
    ];
  });
  return found.sort((x, y) => CAUSES.indexOf(x.cause) - CAUSES.indexOf(y.cause));
}

type Aspects = Readonly<Record<Exclude<Difference["cause"], "stage">, Json>>;

function compareStages(stage: string, a: Aspects, b: Aspects): Difference[] {
  const causes = CAUSES.filter((cause) => cause !== "stage");
  return causes.flatMap((cause) =>
    [...valueDifferences(a[cause], b[cause])].map((difference) => ({ cause, stage, ...difference })),
  );
}

/** A stage by what its results depend on, without the run's own name. */
function aspectsOf({ manifest, metrics }: StageRecord, run: string): Aspects {
  const { commit, dirtySha256, libSha256, ...machine } = manifest.environment;
  return {
    config: withoutName(manifest.config, run),
    input: Object.fromEntries(manifest.inputs.map(({ path, sha256 }) => [path, sha256])),
    prompt: Object.fromEntries(manifest.prompts.map(({ name, sha256 }) => [name, sha256])),
    seed: manifest.seeds,
    code: { commit, dirtySha256, libSha256 },
    environment: machine,
    model: Object.fromEntries(manifest.models.map(({ requested, ...answer }) => [requested, answer])),
    output: Object.fromEntries(manifest.outputs.map(({ path, sha256 }) => [unnamedPath(path, run), sha256])),
    metric: metrics ? Object.fromEntries([metrics.headline, ...metrics.metrics].map((one) => [one.name, one])) : null,
  };
}

/** The run's name where it stands alone: a run called "g" is not in "finetuning_data". */
function unnamedPath(path: string, run: string): string {
  return path.replaceAll(new RegExp(`(?<![a-z0-9])${RegExp.escape(run)}(?![a-z0-9])`, "gi"), "{run}");
}

function withoutName(value: Json, run: string): Json {
  return JSON.parse(JSON.stringify(value), (_key, inner: unknown) => (inner === run ? "{run}" : inner)) as Json;
}
