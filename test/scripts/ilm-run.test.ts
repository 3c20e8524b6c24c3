import { setTimeout as wait } from "node:timers/promises";
import { collect, type Disk, nodeDisk, readText } from "corrigenda/files";
import { sha256 } from "corrigenda/json";
import { afterAll, expect, test } from "vitest";
import { done, run, start, temporary } from "./script.ts";

const root = temporary("ilm-run");
afterAll(() => root.remove("."));

const bytes = async (disk: Disk, file: string): Promise<Buffer> => Buffer.concat(await collect(disk.read(file)));

/** Every file that has to be the same, by the hash of its bytes; times, speeds and ids record what happened. */
async function outcome(disk: Disk, folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of await disk.list(folder)) {
    const path = `${folder}/${name}`;
    if (
      /^(config|manifest|model|time|comparison|errors)\.jsonl?$|\.(md|html|lock)$|^(tensorboard|tables)\/$/.test(name)
    ) {
      if (!path.endsWith("best/config.json")) continue;
    }
    if (name.endsWith("/")) Object.assign(files, await outcome(disk, path.slice(0, -1)));
    else files[path] = sha256((await bytes(disk, path)).toString("base64"));
  }
  return files;
}

/** Waits for a file of a run, then kills the step that holds the run, as a power cut would. */
async function killStep(disk: Disk, file: string): Promise<void> {
  while (!(((await disk.size(`ilm/micro/${file}`)) ?? 0) > 0)) await wait(5);
  while ((await disk.size("ilm/micro/.lock")) === undefined) await wait(1); // between two stages
  const { pid } = JSON.parse(await readText(disk, "ilm/micro/.lock")) as { pid: number };
  process.kill(pid, "SIGKILL");
}

test("six models, killed in a training and in an evaluation, end in the files of an undisturbed run", async () => {
  const plan = (await readText(nodeDisk("."), "scripts/ilm/micro-plan.yaml"))
    .replace(/steps: \d+/g, "steps: 6")
    .replace(/(level: B2.*steps: )6/, (_, before: string) => `${before}24`) // long enough to be killed in
    .replace("evaluateSteps: 15", "evaluateSteps: 2");
  await root.write("plan.yaml", plan);
  const words = (results: string): string[] => [
    ...["scripts/ilm/run.ts", "--plan", root.resolve("plan.yaml"), "--figures=false"],
    ...["--results", root.resolve(results)],
  ];
  const said = await done(...words("calm"));
  expect(said).toContain("H1: not decidable by interval");
  expect(said).toContain("26 of 26 jobs done");
  const calm = await outcome(nodeDisk(root.resolve("calm")), "ilm/micro");
  expect(Object.keys(calm).filter((file) => file.endsWith("losses.jsonl"))).toHaveLength(7);
  expect(Object.keys(calm).filter((file) => file.endsWith("best/model.safetensors"))).toHaveLength(6);

  const killed = nodeDisk(root.resolve("killed"));
  for (const file of ["train-B2/last.safetensors", "evaluate-B1/config.json"]) {
    const running = start(words("killed"));
    await killStep(killed, file);
    expect((await running.ended).code).not.toBe(0);
    expect(await killed.size(`ilm/micro/${file.replace(/\/.*/, "/manifest.json")}`)).toBeUndefined();
  }
  await done(...words("killed"));
  expect(await outcome(killed, "ilm/micro")).toEqual(calm);

  const trained = killed.resolve("ilm/micro/train-all");
  const infill = ["scripts/ilm/infill.ts", trained, "Ich habe ____ und ____ gesehen.", "--n", "3", "--most", "4"];
  const answers = await done(...infill);
  expect(answers.trimEnd().split("\n")).toHaveLength(3);
  expect(await done(...infill)).toBe(answers);
  const refused = await run(
    "scripts/ilm/train-ilm.ts",
    "C1",
    killed.resolve("ilm/micro/x"),
    trained,
    "--max-steps",
    "1",
  );
  expect([refused.code, refused.err.trim().split("\n").length]).toEqual([1, 1]);
  expect(refused.err).toContain("create-ilm-examples.ts makes it");
  const page = await readText(killed, "ilm/micro/report.html");
  expect(/<h1[^>]*>[^<]*H1–H3 are not decided by these six models/.test(page)).toBe(true);
});
