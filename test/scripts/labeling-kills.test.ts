import { setTimeout as wait } from "node:timers/promises";
import { auditBatches } from "corrigenda/engine";
import { type Disk, nodeDisk, readText } from "corrigenda/files";
import { PROCESSES, simulateLabeling } from "corrigenda/labeling";
import { type OfflineService, type Pace, startOfflineService } from "corrigenda/provider/offline";
import { keyedRng } from "corrigenda/rng";
import { realClock } from "corrigenda/time";
import { afterAll, expect, test } from "vitest";
import { writePapers } from "./labeling-papers.ts";
import { done, start, temporary } from "./script.ts";

const SEED = 1126;
/** Kills of each command, as long as it is still at work. */
const KILLS = 3;
const PACE: Pace = { validateMs: 20, perRequestMs: 5, finalizeMs: 20 };

const root = temporary("labeling-kills");
const services: OfflineService[] = [];
afterAll(async () => {
  for (const service of services) await service.close();
  await root.remove(".");
});

/** The service of a folder, which outlives its clients; the words that lead a script there. */
async function serve(folder: string): Promise<string[]> {
  const disk = nodeDisk(root.resolve(`${folder}/state`));
  const service = await startOfflineService({ disk, clock: realClock, simulators: [simulateLabeling], pace: PACE });
  services.push(service);
  return ["--base-url", service.url, "--results", root.resolve(`${folder}/results`)];
}

const STEPS = [
  ["scripts/labeling/read-papers.ts"],
  ...PROCESSES.flatMap((process) =>
    ["run-batch", "retrieve-results"].map((step) => [`scripts/labeling/${step}.ts`, "--process", process]),
  ),
];
const wordsOf = (step: readonly string[], own: readonly string[], there: readonly string[]): string[] => [
  ...[...step, ...own],
  ...(step.length === 1 ? there.slice(2) : there),
];

/** Every file that has to be the same, with its bytes; ids and times record what happened. */
async function outcome(disk: Disk, folder = "."): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of await disk.list(folder)) {
    const path = folder === "." ? name : `${folder}/${name}`;
    if (name.endsWith("/")) Object.assign(files, await outcome(disk, path.slice(0, -1)));
    else if (
      !/(^|\/)(config|manifest)\.json$|(journal|log|ledger|keys|results-[^/]*)\.jsonl$|_batches\.txt$|^\.lock$|^(.*\/)?requests\//.test(
        path,
      )
    )
      files[path] = await readText(disk, path);
  }
  return files;
}

/** Kills a command at a random moment: after it wrote a random piece of its journal, or a random time after its start. */
async function kill(
  words: readonly string[],
  journal: () => Promise<number>,
  rng: ReturnType<typeof keyedRng>,
): Promise<"killed" | "ended"> {
  const target = (await journal()) + 1 + rng.int(1_200);
  const latestMs = 150 + rng.int(1_500);
  const child = start(words);
  let ended = false;
  const end = child.ended.then(({ code }) => {
    ended = true;
    return code;
  });
  for (const began = performance.now(); !ended && performance.now() - began < latestMs && (await journal()) < target; )
    await wait(2);
  child.kill("SIGKILL");
  return (await end) === null ? "killed" : "ended";
}

test("commands that are killed at random moments and started again leave the same files, pay once and lose nothing", async () => {
  const settings = { MAX_REQUESTS_PER_BATCH: 3, REASONING_REPLY: "text" };
  const calm = await serve("calm");
  const own = await writePapers(root, "papers", settings);
  for (const step of STEPS) await done(...wordsOf(step, own, calm));
  const expected = await outcome(nodeDisk(root.resolve("calm/results/labeling/r")));
  expect(Object.keys(expected).length).toBeGreaterThan(25);

  const there = await serve("killed");
  const results = nodeDisk(root.resolve("killed/results"));
  const rng = keyedRng(SEED, "labeling kills");
  let kills = 0;
  for (const step of STEPS) {
    const journal = async (): Promise<number> => (await results.size(`labeling/r/${step[2]}/journal.jsonl`)) ?? 0;
    for (let life = 0; life < KILLS; life++) {
      if ((await kill(wordsOf(step, own, there), journal, rng)) === "ended") break;
      kills += 1;
    }
    await done(...wordsOf(step, own, there));
  }
  expect(kills).toBeGreaterThan(10);
  const found = await outcome(nodeDisk(root.resolve("killed/results/labeling/r")));
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  expect(Object.keys(expected).filter((path) => found[path] !== expected[path])).toEqual([]);
  const [state, store] = [
    nodeDisk(root.resolve("killed/state")),
    nodeDisk(root.resolve("killed/results/.store/offline")),
  ];
  expect(await auditBatches(state, results, store)).toMatchObject({ lost: 0, createdTwice: 0, paidTwice: 0 });
}, 230_000);
