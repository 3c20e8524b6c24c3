import { isStudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import type { Json } from "corrigenda/json";
import type { Found, RunShown } from "corrigenda/report";
import type { Manifest, Metrics } from "./manifest.ts";
import { type RunName, runFolder, stageFolder } from "./names.ts";
import { listRuns, readManifest, readMetrics, stagesOf } from "./read.ts";

/** Every run below results/ with what it found: for its index. A run of which a file is damaged is named, and the others go on. */
export async function* shownRuns(root: Disk): AsyncGenerator<RunShown> {
  for await (const name of listRuns(root)) {
    const shown = await shownRun(root, name).catch((error: unknown) => unread(name, error));
    if (shown) yield shown;
  }
}

function unread(name: RunName, error: unknown): RunShown {
  if (!isStudyError(error)) throw error;
  const nothing = { headline: undefined, found: [], models: [], endedAt: undefined, usd: 0, files: [] };
  return {
    ...name,
    ...nothing,
    provider: "unknown",
    open: ["a file is damaged: see npx zx scripts/results/verify.ts"],
  };
}

interface Ended {
  readonly manifest: Manifest;
  readonly metrics: Metrics | undefined;
}

async function shownRun(root: Disk, name: RunName): Promise<RunShown | undefined> {
  const [ended, open]: [Ended[], string[]] = [[], []];
  for await (const { stage, state } of stagesOf(root, name)) {
    if (state === "fresh") continue;
    const folder = stageFolder({ ...name, stage });
    const manifest = await readManifest(root, folder);
    if (manifest) ended.push({ manifest, metrics: await readMetrics(root, folder) });
    else open.push(stage);
  }
  if (ended.length + open.length === 0) return undefined;
  // By start: a stage that is made again keeps its place.
  ended.sort((a, b) => (a.manifest.startedAt < b.manifest.startedAt ? 1 : -1));
  const measured = ended.flatMap(({ manifest, metrics }) => (metrics ? [{ stage: manifest.stage, metrics }] : []));
  return {
    ...name,
    headline: measured[0] && found(measured[0].metrics),
    found: measured.map(({ stage, metrics }) => ({ stage, ...found(metrics) })),
    provider: measured[0]?.metrics.headline.provider ?? providerOf(ended) ?? "nobody",
    models: [...new Set(ended.flatMap(({ manifest }) => manifest.models.map(({ requested }) => requested)))].sort(),
    endedAt: ended
      .map(({ manifest }) => manifest.endedAt)
      .sort()
      .at(-1),
    usd: ended.reduce((sum, { manifest }) => sum + manifest.cost.actualUsd, 0),
    open,
    files: await filesOf(
      root,
      name,
      ended.map(({ manifest }) => manifest.stage),
    ),
  };
}

function found({ headline: { name, value, low, high, n, unit } }: Metrics): Found {
  return { name, value, low, high, n, unit };
}

function providerOf(ended: readonly Ended[]): string | undefined {
  const named = ended.map(({ manifest }) => (manifest.config as { provider?: { name?: Json } } | null)?.provider?.name);
  return named.find((name) => typeof name === "string");
}

/** The report first, then reports of stages, then the text for a paper. */
async function filesOf(root: Disk, name: RunName, stages: readonly string[]): Promise<RunShown["files"]> {
  const folder = runFolder(name);
  const candidates = [
    { label: "report", href: `${folder}/report.html` },
    ...stages.map((stage) => ({ label: `report: ${stage}`, href: `${folder}/${stage}/report.html` })),
    { label: "essays", href: `${folder}/essays.html` },
    { label: "methods", href: `${folder}/methods.md` },
  ];
  const there = await Promise.all(candidates.map(({ href }) => root.size(href)));
  return candidates.filter((_, index) => there[index] !== undefined);
}
