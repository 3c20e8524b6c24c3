import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { nodeDisk, readText } from "corrigenda/files";
import { describe, expect, test } from "vitest";

const disk = nodeDisk(".");
const run = promisify(execFile);

interface Lock {
  readonly packages: Readonly<Record<string, { readonly link?: boolean; readonly hasInstallScript?: boolean }>>;
}

async function lock(): Promise<Lock> {
  return JSON.parse(await readText(disk, "package-lock.json")) as Lock;
}

describe("docs/licences.md", () => {
  test("is what the script makes of the packages that are here, each of which has a licence", async () => {
    const { stdout } = await run(process.execPath, ["scripts/licences.ts", "--check"]);
    expect(stdout).toMatch(/^\d{3} packages, each with a licence; current: docs\/licences\.md\n$/);
  });

  test("names every package of the lock file", async () => {
    const page = await readText(disk, "docs/licences.md");
    for (const [place, { link }] of Object.entries((await lock()).packages)) {
      const name = place.replace(/^.*node_modules\//, "");
      if (place.includes("node_modules/") && !link) expect(page).toContain(`${name} `);
    }
    expect(page).not.toMatch(/^## .*\b(?:A|L)?GPL/m);
  });
});

test("no package's install script runs: those that have one are switched off by name", async () => {
  const { packages } = await lock();
  const scripted = Object.entries(packages).filter(([place, one]) => place !== "" && one.hasInstallScript);
  const names = scripted.map(([place]) => place.replace(/^.*node_modules\//, ""));
  const { allowScripts } = JSON.parse(await readText(disk, "package.json")) as {
    allowScripts: Record<string, boolean>;
  };
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) expect([name, allowScripts[name]]).toEqual([name, false]);
  expect(Object.values(allowScripts)).not.toContain(true);
});

describe("data/sample", () => {
  async function files(folder: string): Promise<string[]> {
    const found: string[] = [];
    for (const name of await disk.list(folder))
      found.push(...(name.endsWith("/") ? await files(`${folder}/${name.slice(0, -1)}`) : [`${folder}/${name}`]));
    return found;
  }

  test("states the licence of each of its files in its README", async () => {
    const readme = await readText(disk, "data/sample/README.md");
    const rows = [...readme.matchAll(/^\| `([\w./-]+)` \| ((?:CC|MIT)[^|]*) \| [^|]+ \|$/gm)].map(
      ([, path]) => path ?? "",
    );
    const data = (await files("data/sample")).map((file) => file.slice("data/sample/".length));
    for (const file of data.filter((name) => !name.endsWith("README.md")))
      expect([file, rows.filter((row) => file === row || file.startsWith(`${row}/`)).length]).toEqual([file, 1]);
    for (const row of rows)
      expect([row, data.some((file) => file === row || file.startsWith(`${row}/`))]).toEqual([row, true]);
  });
});
