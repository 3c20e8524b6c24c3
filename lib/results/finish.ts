import type { Disk } from "corrigenda/files";
import type { Clock } from "corrigenda/time";
import { hashFile } from "./hash.ts";
import { type Environment, type FileHash, Manifest, Metrics, type StageConfig, Totals } from "./manifest.ts";
import { checkFile, runFolder, stageFolder } from "./names.ts";

/** What a stage made and what it took; counts, tokens, cost and models may be left out where nothing was asked. */
export interface StageResult extends Partial<Totals> {
  /** Files in the stage's folder: its tables. Not the journal, the log or the ledger. */
  readonly outputs: readonly string[];
  /** Files in the run's folder that this stage wrote: report.html, files in the source's shapes. */
  readonly exports?: readonly string[];
  readonly metrics?: Metrics;
}

interface Place {
  readonly root: Disk;
  readonly environment: Environment;
  readonly clock: Clock;
}

const NOTHING: Totals = {
  counts: {},
  requestsRoot: null,
  tokens: { input: 0, cached: 0, output: 0, reasoning: 0 },
  cost: { estimateUsd: null, actualUsd: 0 },
  models: [],
};

/** Hashes the outputs, writes metrics.json where there are metrics, and the manifest last. */
export async function finishStage(place: Place, config: StageConfig, result: StageResult): Promise<Manifest> {
  const folder = stageFolder(config);
  const { outputs, exports = [], metrics, ...totals } = result;
  const files = [...outputs.map((name) => `${config.stage}/${checkFile(name)}`), ...exports.map(checkFile)];
  if (metrics) {
    await place.root.write(`${folder}/metrics.json`, pretty(Metrics.parse(metrics)));
    files.push(`${config.stage}/metrics.json`);
  }
  const manifest: Manifest = {
    ...config,
    environment: place.environment,
    ...Totals.parse({ ...NOTHING, ...totals }),
    endedAt: new Date(place.clock.now()).toISOString(),
    outputs: await hashAll(place.root, runFolder(config), files),
  };
  await place.root.write(`${folder}/manifest.json`, pretty(Manifest.parse(manifest)));
  return manifest;
}

/** JSON for people: two spaces, a newline at its end. */
export function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Hashes files of a run's folder; their paths stay relative to it, sorted. */
async function hashAll(root: Disk, folder: string, files: readonly string[]): Promise<FileHash[]> {
  const hashes: FileHash[] = [];
  for (const path of [...new Set(files)].sort()) hashes.push({ ...(await hashFile(root, `${folder}/${path}`)), path });
  return hashes;
}
