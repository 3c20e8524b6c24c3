// The offline service as a process of its own: OpenAI, Azure and Anthropic on loopback, until Ctrl-C or SIGTERM.
//   npx zx scripts/offline/serve.ts --port 8787 --state results/.offline
// Prints {"url":"http://127.0.0.1:8787"} when ready. Keeps files, batches and the bill under --state.
import { defineScript, main } from "corrigenda/cli";
import { nodeDisk } from "corrigenda/files";
import { simulateIelts } from "corrigenda/ielts";
import { simulateLabeling } from "corrigenda/labeling";
import type { Simulator } from "corrigenda/provider";
import { harshFaults, noFaults, startOfflineService } from "corrigenda/provider/offline";
import { ownTemplates, PRESETS, simulateSelfcorrect } from "corrigenda/selfcorrect";
import { scaledClock } from "corrigenda/time";
import { simulateWhyfix } from "corrigenda/whyfix";
import { z } from "zod";

/** The first that knows a request answers it; what none knows gets a labelled text. */
const sums = { preset: PRESETS["huang-gpt-3.5"], templates: ownTemplates(), references: () => undefined };
const simulators: readonly Simulator[] = [simulateWhyfix, simulateLabeling, simulateIelts, simulateSelfcorrect(sums)];

const script = defineScript({
  name: "scripts/offline/serve.ts",
  summary: "Runs the offline service: OpenAI, Azure and Anthropic on loopback, no key and no network needed.",
  flags: {
    port: z.number().int().min(0).max(65_535).default(8787).describe("port; 0 takes a free one"),
    state: z.string().default("results/.offline").describe("folder of files, batches and the bill"),
    faults: z.string().optional().describe("inject faults, planned by this seed"),
    faultShare: z.number().min(0).max(1).default(1).describe("how many of the usual faults"),
    scale: z.number().positive().default(1).describe("how many times as fast its clock runs; the client's must too"),
    enqueuedTokens: z.number().int().positive().optional().describe("input tokens in all open batches of a model"),
  },
  examples: ["npx zx scripts/offline/serve.ts --port 0 --state /tmp/offline --faults 1126 --scale 1000"],
});

await main(script, async ({ port, state, faults, faultShare, scale, enqueuedTokens }, { signal, print }) => {
  const service = await startOfflineService({
    ...{ disk: nodeDisk(state), clock: scaledClock(scale), simulators, port },
    faults: faults === undefined ? noFaults : harshFaults(faults, faultShare),
    limits: enqueuedTokens === undefined ? {} : { enqueuedTokens },
  });
  print(JSON.stringify({ url: service.url }));
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  await service.close();
});
