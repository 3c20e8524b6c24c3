import { execFileSync, spawnSync } from "node:child_process";
import { slurmArrays, slurmScript } from "corrigenda/ilm";
import { describe, expect, test } from "vitest";
import { worldPlan } from "./compare-world.ts";

const run = { plan: worldPlan({ transfer: { steps: 50, documents: [100, "all"] } }), file: "a.yaml", run: "r1" };
const from = { results: "results", device: "cuda", threads: 4, figures: true };
const place = { cwd: "/repo", logs: "/logs", cores: 4, hasGpu: true, options: [] as string[] };

describe("a plan as Slurm arrays", () => {
  const arrays = slurmArrays([run], from);

  test("each training is one task, those that start from another's model in an array behind it", () => {
    expect(arrays.map(({ name, tasks, after }) => [name, tasks.length, after?.name, after?.how])).toEqual([
      ["prepare", 1, undefined, undefined],
      ["train", 6 + 5, "prepare", "afterok"],
      ["fine-tune", 5 * 2, "train", "afterany"],
      ["finish", 1, "fine-tune", "afterany"],
    ]);
    const stages = arrays.flatMap(({ tasks }) => tasks.flatMap(({ stage }) => (stage ? [stage] : [])));
    expect(new Set(stages).size).toBe(21);
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
    const text = slurmScript({ name: "train", onDevice: false, tasks: [{ commands: [["x.ts", odd]] }] }, place);
    const shown = text.replace(/^case/m, 'run() { printf "%s|" "$@"; }\ncase');
    const env = { PATH: process.env.PATH, SLURM_ARRAY_TASK_ID: "0" };
    expect(execFileSync("bash", ["-c", shown], { encoding: "utf8", env })).toBe(`zx|x.ts|${odd}|`);
  });
});

describe("a task", () => {
  /** Runs a task whose training is a shell line, told a signal once it says "on"; its exit code and what it asked of Slurm. */
  function task(line: string, signal = ""): string {
    const text = slurmScript({ name: "train", onDevice: false, tasks: [{ commands: [["-c", line]] }] }, place);
    const zx = 'zx() { exec bash "$@"; }\nscontrol() { echo "scontrol $*"; }\n';
    const kill = signal === "" ? "" : `(sleep 0.3; kill -${signal} $$) &\n`;
    const env = { PATH: process.env.PATH, SLURM_ARRAY_TASK_ID: "0", SLURM_ARRAY_JOB_ID: "7" };
    const { status, stdout } = spawnSync("bash", ["-c", `${zx}${kill}${text}`], { encoding: "utf8", env });
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
