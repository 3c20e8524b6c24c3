import { StudyError } from "corrigenda/error";
import type { Disk, Lock } from "corrigenda/files";
import { contentHash, type Json } from "corrigenda/json";
import type { Clock } from "corrigenda/time";
import { briefly, valueDifferences } from "./difference.ts";
import { finishStage, pretty, type StageResult } from "./finish.ts";
import type { Environment, FileHash, Manifest, Parent, PromptHash, StageConfig } from "./manifest.ts";
import { lockOf, runFolder, type StageName, stageFolder } from "./names.ts";
import { missingOutput, readManifest, readStageConfig } from "./read.ts";

export interface StageOptions extends StageName {
  /** The disk of results/. */
  readonly root: Disk;
  /** All that decides the results, resolved; without the run's name. */
  readonly config: Json;
  /** As typed after "npx zx", with "{run}" for the run's name: ["scripts/whyfix/step2.ts", "{run}"]. */
  readonly command: readonly string[];
  readonly inputs?: readonly FileHash[];
  readonly prompts?: readonly PromptHash[];
  readonly parents?: readonly Parent[];
  readonly seeds?: Readonly<Record<string, number | string>>;
  readonly environment: Environment;
  readonly clock: Clock;
  /** Works on a finished stage again: changed code reads the kept replies anew. */
  readonly again?: boolean;
  /**
   * What no other process may work on meanwhile. "run" (the default): stages that ask a model share journals and a budget
   * over their run. "stage": those that ask none.
   */
  readonly holds?: "run" | "stage";
}

/** One stage of a run, held by this process. */
export interface Stage {
  /** "fresh": just made; "open": goes on where another process stopped; "finished": nothing to do. */
  readonly state: "fresh" | "open" | "finished";
  /** Of a finished stage: it was made by other code than this. */
  readonly codeChanged: boolean;
  /** Relative to the root: "whyfix/0622-1458/step1". */
  readonly folder: string;
  readonly disk: Disk;
  /** A file of this stage, relative to the root. */
  path(file: string): string;
  /** Hashes the outputs, then writes metrics.json and, last, manifest.json. */
  finish(result: StageResult): Promise<Manifest>;
  /** Lets other processes work on it. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a stage for writing: `await using stage = await openStage({…})`. Takes the stage's lock, and before it the run's
 * where the stage holds that too (neither for a finished stage), and writes config.json first. Throws StudyError "config"
 * where the run exists with another config, "locked" where another process works on it.
 */
export async function openStage(options: StageOptions): Promise<Stage> {
  const folder = stageFolder(options);
  const config = configOf(options);
  const before = await look(options, folder, config);
  if (before.state === "finished") return stageOf(options, folder, config, before);
  const lock = await takeLocks(options, folder);
  try {
    const now = await look(options, folder, config);
    const startedAt = now.recorded?.startedAt ?? config.startedAt;
    const kept = { ...config, startedAt };
    if (now.state !== "finished") {
      // What is worked on again is not finished: killed half-way, it would stand under hashes that are not its own.
      await options.root.remove(`${folder}/manifest.json`);
      await options.root.write(`${folder}/config.json`, pretty(kept));
    }
    return stageOf(options, folder, kept, now, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function takeLocks(options: StageOptions, folder: string): Promise<Lock> {
  const run = options.holds === "stage" ? undefined : await options.root.lock(lockOf(runFolder(options)));
  try {
    const stage = await options.root.lock(lockOf(folder));
    return {
      release: async () => {
        await stage.release();
        await run?.release();
      },
    };
  } catch (error) {
    await run?.release();
    throw error;
  }
}

/** Whether `openStage` would find nothing to do; refuses another config as it does. Takes no lock, writes nothing. */
export async function isFinished(options: StageOptions): Promise<boolean> {
  return (await look(options, stageFolder(options), configOf(options))).state === "finished";
}

interface Look {
  readonly state: Stage["state"];
  readonly recorded?: StageConfig;
  readonly codeChanged: boolean;
}

/** What is on the disk already. */
async function look(options: StageOptions, folder: string, config: StageConfig): Promise<Look> {
  const recorded = await readStageConfig(options.root, folder);
  if (!recorded) return { state: "fresh", codeChanged: false };
  refuseOther(recorded, config);
  const manifest = await readManifest(options.root, folder);
  if (!manifest) return { state: "open", recorded, codeChanged: false };
  const codeChanged = manifest.environment.libSha256 !== options.environment.libSha256;
  const sameParents = contentHash(manifest.parents) === contentHash(config.parents);
  const whole = (await missingOutput(options.root, options, manifest)) === undefined;
  const finished = whole && sameParents && options.again !== true;
  return { state: finished ? "finished" : "open", recorded, codeChanged };
}

/**
 * A run's name stands for one config, one set of inputs, prompts and seeds. Parents are not compared: an earlier stage
 * that was made again makes this one open again.
 */
function refuseOther(recorded: StageConfig, now: StageConfig): void {
  const parts: [string, Json, Json][] = [
    ["", recorded.config, now.config],
    ["input ", byName(recorded.inputs), byName(now.inputs)],
    ["prompt ", byName(recorded.prompts), byName(now.prompts)],
    ["seed ", recorded.seeds, now.seeds],
  ];
  for (const [what, a, b] of parts) {
    for (const { key, a: then, b: today } of valueDifferences(a, b)) {
      throw new StudyError(
        "config",
        `run ${now.run} of ${now.study} exists with another ${what}${key || "config"}: recorded ${briefly(then)}, ` +
          `now ${briefly(today)}; choose another run name or the same config`,
        { facts: { stage: now.stage, key } },
      );
    }
  }
}

function byName(items: readonly (FileHash | PromptHash)[]): Json {
  return Object.fromEntries(items.map((item) => ["path" in item ? item.path : item.name, item.sha256]));
}

function configOf(options: StageOptions): StageConfig {
  return {
    format: 1,
    study: options.study,
    run: options.run,
    stage: options.stage,
    command: [...options.command],
    config: options.config,
    configSha256: contentHash(options.config),
    inputs: [...(options.inputs ?? [])],
    prompts: [...(options.prompts ?? [])],
    parents: [...(options.parents ?? [])],
    seeds: { ...options.seeds },
    startedAt: new Date(options.clock.now()).toISOString(),
  };
}

function stageOf(options: StageOptions, folder: string, config: StageConfig, found: Look, lock?: Lock): Stage {
  return {
    state: found.state,
    codeChanged: found.codeChanged,
    folder,
    disk: options.root,
    path: (file) => `${folder}/${file}`,
    finish: (result) => finishStage(options, config, result),
    [Symbol.asyncDispose]: async () => lock?.release(),
  };
}
