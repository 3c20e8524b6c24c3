import { setTimeout as wait } from "node:timers/promises";
import { nodeDisk, readText } from "corrigenda/files";
import { hoursOf, timeless } from "corrigenda/ilm";
import { compareFolders, copyFolder } from "corrigenda/trial";
import { afterAll, beforeAll, expect, test } from "vitest";
import { done, run, start, temporary } from "./script.ts";
import { slurmMissing, startCluster } from "./slurm.ts";

const root = temporary("ilm-run");
afterAll(() => root.remove("."));

/** What the trial leaves: its plan, the undisturbed run, and the killed one, where every run is made. */
const [calm, now] = [nodeDisk(root.resolve("calm")), nodeDisk(root.resolve("now/ilm/trial"))];
const results = ["--results", root.resolve("now")];
const chain = ["scripts/ilm/run.ts", "trial", "--plan", root.resolve("plan.yaml"), "--figures=false", ...results];

let said = "";
beforeAll(async () => {
  const small = ["--data", "data/sample/ilm/merlin-de.jsonl", "--steps", "6", "--kills", "2", "--folder"];
  said = await done("scripts/trial/ilm.ts", ...small, root.resolve("."));
}, 230_000);

test("six models on two devices, killed at random moments, end in the files of an undisturbed run on one", async () => {
  expect(said).toMatch(/^2 kills, \d{3} files compared, 0 differ \(seed 1126\)$/m);
  const status = await done("scripts/ilm/status.ts", "trial", ...results);
  expect(status).toContain("26 of 26 jobs done");
  const page = await readText(now, "report.html");
  expect(/<h1[^>]*>[^<]*H1–H3 are not decided by these six models/.test(page)).toBe(true);
});

test("a trained model fills in blanks, the same way each time; a training without examples is refused in a line", async () => {
  const infill = ["scripts/ilm/infill.ts", now.resolve("train-all"), "Ich habe ____ und ____ gesehen.", "--most", "4"];
  const answers = await done(...infill, "--n", "3");
  expect(answers.trimEnd().split("\n")).toHaveLength(3);
  expect(await done(...infill, "--n", "3")).toBe(answers);
  const nowhere = [now.resolve("x"), now.resolve("train-all"), "--max-steps", "1"];
  const refused = await run("scripts/ilm/train-ilm.ts", "C1", ...nowhere);
  expect([refused.code, refused.err.trim().split("\n").length]).toEqual([1, 1]);
  expect(refused.err).toContain("create-ilm-examples.ts makes it");
});

const missing = slurmMissing();
test.skipIf(missing !== undefined)(
  `a Slurm array of six trainings, one killed and requeued, ends in the same files${missing ? ` (skipped: ${missing})` : ""}`,
  async () => {
    await root.remove("now");
    await using cluster = await startCluster(root.resolve("cluster"));
    const submit = ["scripts/ilm/submit.ts", ...chain.slice(1), "--slurm", "--threads", "1"];
    const submitted = start(submit, cluster.env);
    expect(await submitted.ended).toMatchObject({ code: 0, err: "" });
    const { train, finish } = JSON.parse(await readText(now, "slurm/queued.json")) as Record<string, string>;
    const again = await start(submit, cluster.env).ended;
    expect(again.err).toMatch(/^error\[locked\]: this run's jobs [\d,]+ are in the queue; wait for them, or: scancel/);
    while ((await now.size("train-B2/last.safetensors")) === undefined) await wait(5);
    const { pid } = JSON.parse(await readText(now, "train-B2/.lock")) as { pid: number };
    process.kill(pid, "SIGKILL");
    while (!cluster.ask("scontrol", "show", "job", `${train}_1`).includes("JobState=FAILED")) await wait(100);
    expect(await now.size("train-B2/manifest.json")).toBeUndefined();
    cluster.ask("scontrol", "requeue", `${train}_1`);
    while (cluster.ask("squeue", "--noheader", "--jobs", finish ?? "").trim() !== "") await wait(200);
    expect(cluster.ask("scontrol", "show", "job", `${train}_1`)).toMatch(/JobState=COMPLETED[\s\S]*Restarts=1/);
    expect(await compareFolders(calm, now, (path, bytes) => timeless(path, bytes, false))).toMatchObject({
      differ: [],
    });
    await copyFolder(calm, now, hoursOf);
    await done("scripts/ilm/compare.ts", "trial", "--figures=false", ...results);
    const { compared, differ } = await compareFolders(calm, now, (path, bytes) => timeless(path, bytes, true));
    expect([differ, compared > 150]).toEqual([[], true]);
  },
);

test("one chain works on a run at a time; Ctrl-C stops all that it started, and tells how to go on", async () => {
  await root.remove("now");
  const first = start([...chain, "--devices", "cpu,cpu"]);
  await first.says("train-B2: begins");
  const second = await run(...chain);
  expect(second.err).toMatch(
    /^error\[locked\]: .*\/now\/ilm\/trial is in use by process \d+; wait for it or stop it\n$/,
  );
  first.kill("SIGINT");
  expect((await first.ended).code).toBe(130);
  expect(await done("scripts/ilm/status.ts", "trial", ...results)).not.toContain("running:");
  // What was begun is told with its command, and gone on with.
  const open = (await done("scripts/jobs.ts", ...results)).match(/train-(?:C1|B2)(?= {2})/g) ?? [];
  await done("scripts/jobs.ts", "resume", "ilm/trial", ...results);
  for (const stage of open) expect(await now.size(`${stage}/manifest.json`)).toBeGreaterThan(0);
  expect(await done("scripts/jobs.ts", ...results)).toBe("nothing is open\n");
});
