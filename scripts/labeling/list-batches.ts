// npx zx scripts/labeling/list-batches.ts
// The batches that labeling runs handed in: id, status, created at. One that cannot be shown is a line that says why.
import { defineScript, main, table } from "corrigenda/cli";
import { engineFlags, handedIn, openWorkplace, type ProviderSettings, waitFlags } from "corrigenda/engine";
import { collect, nodeDisk, readText } from "corrigenda/files";
import { LabelingStage, listedBatch, PROCESSES, readBatchIds, simulateLabeling } from "corrigenda/labeling";
import { listStages, readStageConfig } from "corrigenda/results";
import { z } from "zod";

const script = defineScript({
  name: "scripts/labeling/list-batches.ts",
  summary: "labeling: lists the batches that were handed in, with their status.",
  flags: {
    run: z.string().optional().describe("one run; default: all"),
    process: z.enum(PROCESSES).optional().describe("one process; default: all three"),
    ids: z.string().optional().describe("a list of batch ids, one a line: only these"),
    ...{ results: engineFlags.results, baseUrl: waitFlags.baseUrl },
  },
  examples: ["npx zx scripts/labeling/list-batches.ts --run sample --process extraction"],
});

await main(script, async (flags, around) => {
  const { results, baseUrl } = flags;
  const root = nodeDisk(around.disk.resolve(results));
  const only = flags.ids === undefined ? undefined : readBatchIds(await readText(around.disk, flags.ids));
  const all = await collect(listStages(root));
  const handing = all.filter(
    ({ study, run, stage }) =>
      study === "labeling" &&
      (flags.run ?? run) === run &&
      PROCESSES.some((process) => process === stage && (flags.process ?? process) === process),
  );
  const rows: Record<string, string>[] = [];
  for (const { run, stage } of handing) {
    const folder = `labeling/${run}/${stage}`;
    const config = LabelingStage.safeParse((await readStageConfig(root, folder))?.config);
    const { batches } = await handedIn(root, folder);
    const asked = batches.filter(({ id }) => only?.includes(id) ?? true);
    if (!config.success || asked.length === 0) continue;
    const provider = { ...config.data.provider, ...(baseUrl !== undefined && { baseUrl }) } as ProviderSettings;
    const wiring = { results, provider, simulators: [simulateLabeling], env: process.env, around };
    await using place = await openWorkplace(wiring);
    for (const { id, at } of asked) {
      const state = await place.provider.batch?.state(id).catch((error: Error) => error);
      if (state instanceof Error) around.log.error(`${id}: ${state.message}`);
      rows.push({ run, process: stage, ...listedBatch(id, at, state instanceof Error ? undefined : state) });
    }
  }
  const unknown = only?.filter((id) => !rows.some((row) => row.id === id)) ?? [];
  if (rows.length > 0) around.print(table(rows));
  for (const id of unknown) around.log.warn(`${id} was not handed in from ${results}`);
  if (rows.length + unknown.length === 0) around.print("no batch was handed in");
});
