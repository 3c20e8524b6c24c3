import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { nodeDisk, readText } from "corrigenda/files";
import { KernelSpec, type Notebook, readNotebook } from "corrigenda/notebook";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ipynb } from "../notebook/notebooks.ts";
import { done, temporary } from "./script.ts";

const PYTHON = "/usr/bin/python3";
const place = temporary("kernel");
// Inside the repository: tslab finds "corrigenda/…" only there. Ignored by git.
const inside = nodeDisk(`results/.kernel-${process.pid}`);

const python = (...words: readonly string[]) =>
  promisify(execFile)(PYTHON, [...words], {
    env: { ...process.env, JUPYTER_PATH: path.resolve("lib/notebook/jupyter"), PYDEVD_DISABLE_FILE_VALIDATION: "1" },
  });
const has = (module: string): Promise<boolean> =>
  python("-c", `import ${module}`).then(
    () => true,
    () => false,
  );
const suite = await has("jupyter_kernel_test");
const nbconvert = await has("nbconvert");
if (!suite || !nbconvert)
  console.warn(
    "SKIPPED: Debian's jupyter-kernel-test or nbconvert is missing; apt-get install --no-install-recommends " +
      "jupyter-nbconvert jupyter-client python3-nbclient python3-jupyter-kernel-test",
  );

beforeAll(async () => {
  const cells = [
    'import * as tslab from "tslab";\nimport { median } from "corrigenda/bench";\nconst xs: number[] = [3, 1, 2];',
    "const m = median(xs);\nconsole.log(m);",
    'const xs = "declared again";\nconsole.log(xs, m);',
    "const late = await Promise.resolve(4);\nconsole.log(late);",
    'tslab.display.html("<b>bold</b>");',
  ];
  await inside.write("both.ipynb", ipynb(...cells));
  await inside.write("fails.ipynb", ipynb("1 + 1", '\nconst n: number = "x";', "2"));
});
afterAll(() => Promise.all([place.remove("."), inside.remove(".")]));

const convert = (kernel: string, name: string, ...words: readonly string[]) => {
  const run = ["--to", "notebook", "--execute", `--ExecutePreprocessor.kernel_name=${kernel}`];
  return python("-m", "nbconvert", ...run, ...words, "--output", `${kernel}-${name}`, inside.resolve(`${name}.ipynb`));
};
const converted = async (name: string): Promise<Notebook> =>
  readNotebook(await readText(inside, `${name}.ipynb`), name);

/** What a notebook's cells have shown, as text. */
function shown({ cells }: Notebook): string[] {
  return cells.map((cell) => {
    const outputs = (cell.outputs ?? []) as readonly Readonly<Record<string, unknown>>[];
    return outputs.map(({ text, data }) => JSON.stringify(text ?? data)).join();
  });
}

describe.skipIf(!suite)("jupyter-kernel-test", () => {
  test("passes; only the pager is skipped", async () => {
    const { stderr } = await python("test/notebook/kernel_test.py", "-v");
    expect(stderr).toMatch(/Ran 12 tests in .*\n\nOK \(skipped=1\)\n/);
    expect(stderr).toMatch(/test_pager .* skipped/);
  });
});

describe.skipIf(!nbconvert)("jupyter nbconvert --execute", () => {
  test("runs the same notebook with our kernel and with tslab, to the same outputs", async () => {
    await convert("corrigenda", "both");
    await convert("tslab", "both");
    const ours = shown(await converted("corrigenda-both"));
    expect(ours).toEqual(["", '["2\\n"]', '["declared again 2\\n"]', '["4\\n"]', '{"text/html":["<b>bold</b>"]}']);
    expect(shown(await converted("tslab-both"))).toEqual(ours);
  });

  test("names the TypeScript error of a cell that fails, or keeps it among the outputs and goes on", async () => {
    const failed = await convert("corrigenda", "fails").catch(({ stderr }: { stderr: string }) => stderr);
    expect(failed).toContain("TypeError [TS2322]: line 2:7: Type 'string' is not assignable to type 'number'.");
    await convert("corrigenda", "fails", "--allow-errors");
    const [, error, last] = (await converted("corrigenda-fails")).cells;
    expect(error?.outputs).toMatchObject([{ output_type: "error", ename: "TypeError [TS2322]" }]);
    expect(last?.outputs).toMatchObject([{ output_type: "execute_result", data: { "text/plain": ["2"] } }]);
  });
});

test("kernel:install writes specs with absolute paths that exist, for both kernels", async () => {
  await done("scripts/notebook/install.ts", "--prefix", place.resolve("."));
  for (const name of ["corrigenda", "tslab"]) {
    const spec = KernelSpec.parse(JSON.parse(await readText(place, `share/jupyter/kernels/${name}/kernel.json`)));
    const [node = "", script = ""] = spec.argv;
    expect([path.isAbsolute(node), path.isAbsolute(script), spec.argv.at(-1)]).toEqual([
      true,
      true,
      "{connection_file}",
    ]);
    expect(await nodeDisk("/").size(script)).toBeGreaterThan(0);
  }
});
