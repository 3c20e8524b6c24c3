import { chmodSync } from "node:fs";
import { nodeDisk, readText } from "corrigenda/files";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ended, start, temporary } from "../scripts/script.ts";

const root = temporary("ilm-submit");
const results = nodeDisk(root.resolve("results"));
afterAll(() => root.remove("."));

/** A Slurm that counts the jobs it is given, and answers squeue by a file. */
beforeAll(async () => {
  const [count, answer] = [root.resolve("count"), root.resolve("answer")];
  await root.write("bin/sbatch", `#!/bin/bash\necho >>${count}\nwc -l <${count}\n`);
  await root.write("bin/squeue", `#!/bin/bash\n. ${answer}\n`);
  for (const name of ["sbatch", "squeue"]) chmodSync(root.resolve(`bin/${name}`), 0o755);
  const plan = await readText(nodeDisk("."), "scripts/ilm/plan.yaml");
  for (const name of ["a", "b"]) await root.write(`${name}.yaml`, plan.replace(/^name: .*$/m, `name: ${name}`));
});

function submit(...words: readonly string[]): Promise<Ended> {
  const env = { PATH: `${root.resolve("bin")}:${process.env.PATH}` };
  return start(["scripts/ilm/submit.ts", ...words, "--results", results.resolve(".")], env).ended;
}
const plans = (...names: readonly string[]): string[] => [
  "--plan",
  names.map((name) => root.resolve(`${name}.yaml`)).join(),
];

test("every run of a grid is known to be in the queue; who asks in vain submits nothing", async () => {
  expect(await submit(...plans("a", "b"), "--slurm")).toMatchObject({ code: 0, err: "" });
  const queued = await readText(results, "ilm/b/slurm/queued.json");
  expect(Object.keys(JSON.parse(queued))).toEqual(expect.arrayContaining(["prepare", "train", "finish"]));
  expect(await readText(results, "ilm/a/slurm/queued.json")).toBe(queued);
  const jobs = await root.size("count");

  await root.write("answer", 'echo "$3 main ilm-train"');
  expect((await submit(...plans("b"), "--slurm")).err).toMatch(/^error\[locked\]: this run's jobs 1,2,3.*\n$/);
  await root.write("answer", "echo 'squeue: Unable to contact slurm controller' >&2; exit 1");
  expect((await submit(...plans("b"), "--slurm")).err).toMatch(/^error\[network\]: .*Unable to contact.*\n$/);
  expect(await root.size("count")).toBe(jobs);

  await root.write("answer", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1");
  expect(await submit(...plans("b"), "--slurm")).toMatchObject({ code: 0, err: "" });
  expect(await readText(results, "ilm/b/slurm/queued.json")).not.toBe(queued);
});

test("a dry run trains nothing and writes nothing, with Slurm and without", async () => {
  const refused = await submit("dry", "--dry-run");
  expect(refused.err).toMatch(/^error\[config\]: .*--dry-run would not be heard; add --slurm.*\n$/);
  const shown = await submit("dry", "--dry-run", "--slurm");
  expect([shown.code, shown.out]).toEqual([0, expect.stringContaining("#SBATCH --array")]);
  expect(await results.list("ilm").catch(() => [])).not.toContain("dry/");
});
