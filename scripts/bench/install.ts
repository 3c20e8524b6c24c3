// npx zx scripts/bench/install.ts
// Clones this repository into a temporary folder and runs `npm ci` there with an empty cache: its time, and the size of
// node_modules. Needs the network and git.
import { openClaims } from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { nodeDisk } from "corrigenda/files";
import { realClock } from "corrigenda/time";
import { $, tmpdir } from "zx";

const script = defineScript({
  name: "scripts/bench/install.ts",
  summary: "How long npm ci takes in a fresh clone, and how large node_modules is.",
  flags: {},
});

await main(script, async (_flags, { disk: here, print, signal }) => {
  const temporary = nodeDisk(tmpdir());
  const clone = temporary.resolve("clone");
  const run = $({ quiet: true, signal });
  try {
    await run`git clone --quiet ${here.resolve(".")} ${clone}`;
    const start = realClock.now();
    await run({ cwd: clone })`npm ci --cache ${temporary.resolve("cache")}`;
    const seconds = (realClock.now() - start) / 1000;
    const { stdout } = await run`du -sk ${clone}/node_modules`;
    const claims = openClaims(print);
    const most = { wanted: "at most" } as const;
    claims.add({ ...most, name: "npm ci, empty cache", value: seconds, unit: "s", limit: 60, binding: false });
    const megabytes = Number.parseInt(stdout, 10) / 1024;
    claims.add({ ...most, name: "node_modules", value: megabytes, unit: "MB", limit: 900, binding: true });
    claims.end();
  } finally {
    await temporary.remove(".");
  }
});
