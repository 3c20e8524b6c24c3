import { execFileSync, spawnSync } from "node:child_process";
import os from "node:os";
import { nodeDisk } from "corrigenda/files";
import { checkSubmit, refuseQueued, slurmArrays, slurmScript } from "corrigenda/ilm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { worldPlan } from "./compare-world.ts";

const run = { plan: worldPlan({ transfer: { steps: 50, documents: [100, "all"] } }), file: "a.yaml", run: "r1" };
const from = { results: "results", device: "cuda", threads: 4, figures: true };
const root = nodeDisk(`${os.tmpdir()}/corrigenda-slurm-${process.pid}`);
beforeAll(() => root.write("first", ""));
afterAll(() => root.remove("."));
const place = { cwd: "/repo", logs: root.resolve("."), cores: 4, hasGpu: true, options: [] as string[] };

describe("a plan as Slurm arrays", () => {
  const arrays = slurmArrays([run], from);

  test("each training is one task, those that start from another's model in an array behind it", () => {
    expect(arrays.map(({ name, tasks, after }) => [name, tasks.length, after?.name, after?.how])).toEqual([
      ["prepare", 1, undefined, undefined],
      ["train", 6 + 5, "prepare", "afterok"],
      ["fine-tune", 5 * 2, "train", "afterany"],
      ["finish", 1, "fine-tune", "afterany"],
    ]);
    const folders = arrays.map(({ tasks }) => tasks.map(({ folder }) => folder));
    expect(new Set([...(folders[1] ?? []), ...(folders[2] ?? [])]).size).toBe(21);
    expect([folders[0], folders[3]]).toEqual([["results/ilm/r1"], ["results/ilm/r1"]]);
  });

  test("several plans share the arrays: a grid of trainings", () => {
    const six = worldPlan();
    const grid = [1, 2, 3].map((at) => ({ plan: six, file: `${at}.yaml`, run: `r${at}` }));
    expect(slurmArrays(grid, from).map(({ name, tasks }) => [name, tasks.length])).toEqual([
      ["prepare", 3],
      ["train", 18],
      ["finish", 3],
    ]);
  });

  test("asks for a card where it trains, once, and passes sbatch's options on", () => {
    const asked = (more: Partial<typeof place>, at: number): string[] =>
      slurmScript(arrays[at] as (typeof arrays)[number], { ...place, ...more }).match(/^#SBATCH .*$/gm) ?? [];
    expect(asked({}, 1)).toEqual(expect.arrayContaining(["#SBATCH --gres=gpu:1", "#SBATCH --array=0-10"]));
    expect(asked({}, 0).join()).not.toContain("gres");
    expect(asked({ hasGpu: false }, 1).join()).not.toContain("gres");
    const own = asked({ options: ["--gpus=a100:1", "--time=24:00:00"] }, 1);
    expect(own.filter((line) => /gres|gpus/.test(line))).toEqual(["#SBATCH --gpus=a100:1"]);
    expect(own).toContain("#SBATCH --time=24:00:00");
  });

  test("its words reach the script as they are, whatever they hold", () => {
    const odd = "a b;$(touch /tmp/x)'\"`";
    const tasks = [{ commands: [["x.ts", odd]], folder: "results/ilm/r1" }];
    const text = slurmScript({ name: "train", onDevice: false, tasks }, place);
    const shown = text.replace(/^case/m, 'run() { printf "%s|" "$@"; }\ncase');
    const env = { PATH: process.env.PATH, SLURM_ARRAY_TASK_ID: "0" };
    expect(execFileSync("bash", ["-c", shown], { encoding: "utf8", env })).toBe(`zx|x.ts|${odd}|`);
  });
});

/** A task whose training is a shell line. */
function taskText(line: string, folder: string): string {
  const text = slurmScript({ name: "train", onDevice: false, tasks: [{ commands: [["-c", line]], folder }] }, place);
  return `zx() { exec bash "$@"; }\nscontrol() { echo "scontrol $*"; }\n${text}`;
}

describe("a task", () => {
  /** Runs a task, which is sent a signal soon after; what it asked of Slurm and its exit code. */
  function task(line: string, signal = ""): string {
    const kill = signal === "" ? "" : `(sleep 0.3; kill -${signal} $$) &\n`;
    const env = { PATH: process.env.PATH, SLURM_ARRAY_TASK_ID: "0", SLURM_ARRAY_JOB_ID: "7" };
    const text = taskText(line, root.resolve("none"));
    const { status, stdout } = spawnSync("bash", ["-c", `${kill}${text}`], { encoding: "utf8", env });
    return [...stdout.trim().split("\n"), `code ${status}`].filter((said) => said !== "").join(", ");
  }
  const trainer = "trap 'echo saved; exit 130' TERM; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.2; done";

  test("near its time limit saves and requeues itself", () => {
    expect(task(trainer, "USR1")).toBe("saved, scontrol requeue 7_0, code 130");
  });

  test("that is cancelled or preempted saves, and leaves the rest to Slurm", () => {
    expect(task(trainer, "TERM")).toBe("saved, code 130");
  });

  test("that fails or ends by itself asks nothing of Slurm", () => {
    expect(task("exit 3")).toBe("code 3");
    expect(task("exit 0", "")).toBe("code 0");
  });
});

describe("a task that Slurm starts again", () => {
  beforeEach(() => root.remove("r1"));

  /** Starts a task of a run or of a stage, as Slurm does; what it printed. */
  function start(line: string, folder: string, { job = "7", restarts = "0" } = {}): string {
    const numbers = { SLURM_ARRAY_TASK_ID: "0", SLURM_ARRAY_JOB_ID: job, SLURM_RESTART_COUNT: restarts };
    const env = { PATH: process.env.PATH, ...numbers };
    return spawnSync("bash", ["-c", taskText(line, root.resolve(folder))], { encoding: "utf8", env }).stdout.trim();
  }
  const lock = root.resolve("r1/evaluate-C1/.lock");
  const look = `[ -e ${lock} ] && echo held || echo free`;
  /** Takes the stage's lock as a stage does, and is killed with it. */
  const killed =
    'exec node --input-type=module -e \'import { nodeDisk } from "corrigenda/files";' +
    `await nodeDisk("${root.resolve("r1")}").lock("evaluate-C1/.lock"); process.kill(process.pid, "SIGKILL")'`;

  test.each(["r1", "r1/evaluate-C1"])("removes what its own earlier start held: %s", (folder) => {
    start(killed, folder);
    expect(start(look, folder, { restarts: "1" })).toBe("free");
    start(killed, folder, { restarts: "1" });
    expect(start(look, folder, { restarts: "2" })).toBe("free");
  });

  test.each(["r1", "r1/evaluate-C1"])("leaves what another task or anyone else holds: %s", async (folder) => {
    start(killed, folder);
    start("true", folder, { job: "8" });
    expect(start(look, folder, { job: "8", restarts: "1" })).toBe("held");
    await root.write("r1/evaluate-C1/.lock", '{"pid":7,"started":"9","host":"elsewhere"}');
    expect(start(look, folder, { restarts: "1" })).toBe("held");
  });

  test("knows nothing of an older job of its number", () => {
    start(killed, "r1");
    expect(start(look, "r1")).toBe("held");
    expect(start(look, "r1", { restarts: "1" })).toBe("held");
  });
});

describe("a submission is refused", () => {
  const asked = { slurm: false, sbatch: "", dryRun: false, device: undefined };

  test.each([
    [{ dryRun: true }, "--dry-run"],
    [{ sbatch: "--time=1" }, "--sbatch"],
    [{ device: "cpu" }, "--device"],
    [{ dryRun: true, device: "cuda" }, "--dry-run and --device"],
  ])("without --slurm, where only Slurm would be told: %o", (more, names) => {
    expect(() => checkSubmit({ ...asked, ...more })).toThrow(
      expect.objectContaining({ code: "config", message: expect.stringContaining(`${names} would not be heard`) }),
    );
    expect(() => checkSubmit({ ...asked, ...more, slurm: true })).not.toThrow();
    expect(() => checkSubmit(asked)).not.toThrow();
  });

  const queue = (exitCode: number | null, stdout: string, stderr: string) => () =>
    refuseQueued("3,4", { exitCode, stdout, stderr });

  test("where its jobs are in the queue, or Slurm does not say", () => {
    expect(queue(0, " 3_0 main ilm-train\n", "")).toThrow(expect.objectContaining({ code: "locked" }));
    const away = "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n";
    for (const [code, stderr, why] of [
      [1, away, /\(slurm_load_jobs error: Unable to contact slurm controller \(connect failure\)\)/],
      [127, "squeue: error: a\nsqueue: fatal: b\n", /unknown \(squeue: fatal: b\); try again$/],
      [null, "", /exit code null/],
    ] as const)
      expect(queue(code, "", stderr)).toThrow(
        expect.objectContaining({ code: "network", message: expect.stringMatching(why) }),
      );
  });

  test("not where its jobs have ended, long ago or just now", () => {
    expect(queue(0, "", "")).not.toThrow();
    expect(queue(1, "", "slurm_load_jobs error: Invalid job id specified\n")).not.toThrow();
  });
});
