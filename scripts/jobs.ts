// npx zx scripts/jobs.ts            what is open, of any study
// npx zx scripts/jobs.ts resume     goes on with all of it, or with one run: resume whyfix/0622-1458
// npx zx scripts/jobs.ts cancel whyfix/0622-1458
import { defineScript, main, runStep, table } from "corrigenda/cli";
import { openSharedWork, openWork, openWorkplace } from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import { collect, nodeDisk } from "corrigenda/files";
import { simulateIelts } from "corrigenda/ielts";
import { simulateLabeling } from "corrigenda/labeling";
import { simulateWhyfix } from "corrigenda/whyfix";
import { z } from "zod";

const script = defineScript({
  name: "scripts/jobs.ts",
  summary: "Lists, resumes and cancels whatever is open in results/: a batch takes up to 24 h, the laptop may be shut.",
  positionals: {
    action: z.enum(["list", "resume", "cancel"]).default("list").describe("what to do"),
    run: z.string().optional().describe("one run: <study>/<run>"),
  },
  flags: {
    results: z.string().default("results").describe("the folder of all runs"),
    baseUrl: z.string().optional().describe("offline: a service that runs already"),
  },
  examples: ["npx zx scripts/jobs.ts resume", "npx zx scripts/jobs.ts cancel whyfix/0622-1458"],
});

await main(script, async ({ action, run, results, baseUrl }, around) => {
  const root = nodeDisk(around.disk.resolve(results));
  const all = await collect(openWork(root));
  const named = all.filter((one) => run === undefined || `${one.study}/${one.run}` === run);
  // A stage that handed in and the one that waits for it go on with the same command: once.
  const commands = named.map(({ resume }) => resume.join(" "));
  const chosen = named.filter((_, place) => commands.indexOf(commands[place] ?? "") === place);
  if (chosen.length === 0) {
    around.print(run === undefined ? "nothing is open" : `nothing is open in ${run}`);
    return;
  }
  await using shared = around.store === undefined ? undefined : await openSharedWork(around.store);
  const where = baseUrl === undefined ? [] : ["--base-url", baseUrl];
  if (action === "list") {
    const rows = [];
    for (const { study, stage, requests, done, failed, batches, resume, ...one } of chosen) {
      const name = `${study}/${one.run}`;
      const waiting = shared && { "with workers": await shared.requests(name) };
      const numbers = { requests, done, failed, batches: batches.length, ...waiting };
      rows.push({ run: name, stage, ...numbers, "goes on with": `npx zx ${resume.join(" ")}` });
    }
    around.print(table(rows));
    return;
  }
  if (action === "resume") {
    for (const { resume, ...one } of chosen) {
      around.log.info(`${one.study}/${one.run} ${one.stage}: npx zx ${resume.join(" ")}`);
      await runStep([...resume, "--results", results, ...where], around.signal);
    }
    return;
  }
  if (run === undefined)
    throw new StudyError("config", "cancel which run? Name it: npx zx scripts/jobs.ts cancel <study>/<run>");
  if (shared)
    around.print(`${run}: taken back from the shared store; ${await shared.withdraw(run)} requests stay with workers`);
  for (const { provider, batches, stage } of chosen) {
    if (!provider || batches.length === 0) {
      around.print(`${run} ${stage}: no batch of it is at the service, so nothing is there to stop`);
      continue;
    }
    const settings = baseUrl === undefined ? provider : { ...provider, baseUrl };
    const simulators = [simulateWhyfix, simulateLabeling, simulateIelts];
    await using place = await openWorkplace({ results, provider: settings, simulators, env: process.env, around });
    for (const id of batches) await place.provider.batch?.cancel(id);
    around.print(
      `${run} ${stage}: ${batches.length} batches asked to stop; "npx zx scripts/jobs.ts resume ${run}" keeps what was done and hands in the rest again`,
    );
  }
});
