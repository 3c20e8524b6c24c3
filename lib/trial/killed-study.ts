import { auditBatches } from "corrigenda/engine";
import { nodeDisk } from "corrigenda/files";
import type { Rng } from "corrigenda/rng";
import { liveGroup } from "./group.ts";
import { auditOnline } from "./online-audit.ts";
import type { Environment } from "./processes.ts";
import { isRecord } from "./records.ts";
import { compareFolders, copyFolder } from "./same-files.ts";

/** A study's commands, one after the other. */
export interface StudyCommands {
  readonly name: string;
  /** Words of each command; "{results}" stands for the folder of runs. */
  readonly commands: readonly (readonly string[])[];
}

/** How a study went that was killed on its way, by its files and by the service's bill. All from `differ` on should be empty or 0. */
export interface KilledStudy {
  readonly kills: number;
  /** Requests billed: by batch, and by synchronous calls; of these, of unknown fate. */
  readonly billed: number;
  readonly calls: number;
  readonly unknown: number;
  readonly files: number;
  /** Files that are not those of an undisturbed run. */
  readonly differ: readonly string[];
  readonly lost: number;
  readonly repeated: number;
  readonly leaked: number;
}

export interface KillTrial {
  /** Runs a study undisturbed and keeps its files. */
  calm(study: StudyCommands): Promise<void>;
  /** Runs it anew, each command killed at up to `most` random moments. @param left kills that may still fall */
  killed(
    study: StudyCommands,
    limits: { readonly most: number; readonly left: number; readonly rng: Rng },
  ): Promise<KilledStudy>;
}

/** @param folder emptied; all runs are made in one place, since their files may name it */
export async function openKillTrial(folder: string, env: Environment): Promise<KillTrial> {
  const place = nodeDisk(folder);
  await place.remove(".");
  const root = nodeDisk(place.resolve("now"));
  const results = root.resolve(".");
  const calmOf = ({ name }: StudyCommands) => nodeDisk(place.resolve(`calm/${name.replaceAll(" ", "-")}`));
  const wordsOf = (command: readonly string[]): string[] => [
    ...command.map((word) => word.replace("{results}", results)),
    ...["--results", results],
  ];
  const times = new Map<readonly string[], number>();
  return {
    calm: async (study) => {
      await root.remove(".");
      for (const command of study.commands) times.set(command, (await liveGroup(wordsOf(command), env)).ms);
      await copyFolder(root, calmOf(study), (path) => !isRecord(path));
    },
    killed: async (study, { most, left, rng }) => {
      await root.remove(".");
      let kills = 0;
      for (const command of study.commands) {
        const words = wordsOf(command);
        for (let own = 0; own < most && kills < left; own++) {
          const delayMs = rng.next() * 1.1 * (times.get(command) ?? 0);
          if ((await liveGroup(words, env, { isTime: async () => true, delayMs })).end === "ended") break;
          kills += 1;
        }
        await liveGroup(words, env);
      }
      const shown = (path: string, bytes: Buffer) => (isRecord(path) ? undefined : bytes);
      const { compared, differ } = await compareFolders(calmOf(study), root, shown);
      const [state, store] = [nodeDisk(root.resolve(".offline")), nodeDisk(root.resolve(".store/offline"))];
      const { billed, lost, createdTwice, paidTwice } = await auditBatches(state, root, store);
      const { billed: calls, unknown, leaked } = await auditOnline(state, root, store);
      const sums = {
        billed,
        calls,
        unknown,
        files: compared,
        differ,
        lost,
        repeated: createdTwice + paidTwice,
        leaked,
      };
      return { kills, ...sums };
    },
  };
}
