// npx zx scripts/bench/finished.ts
// A run of 1,000,000 requests, handed in and collected through the engine (its batches answered in this process), then
// the same run started again as a process of its own: how long until it has said that there is nothing to do.
import { answeringBatches, inChild, medianSeconds, openClaims } from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { declarationOf } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { nodeDisk } from "corrigenda/files";
import type { Outcome, Prompt } from "corrigenda/provider";
import { openLocalStore } from "corrigenda/store";
import { realClock } from "corrigenda/time";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/finished.ts",
  summary: "How long a finished run of 1,000,000 requests takes to say that there is nothing to do.",
  flags: {
    requests: z.number().int().positive().default(1_000_000).describe("requests of the run"),
    rounds: z.number().int().positive().default(5).describe("looks at the finished run"),
    folder: z.string().default("results/.bench/finished").describe("working folder; emptied"),
    again: z.boolean().default(false).describe("start the run again and print how its stages end as JSON"),
  },
});

const row = z.object({ n: z.number() });
const ask = ({ n }: { n: number }) => [{ role: "user" as const, content: `Why is sentence ${n} wrong?` }];
const prompt: Prompt<{ n: number }, string> = {
  ...{ name: "bench", id: ({ n }) => `row_${n}`, parse: ({ text }) => text },
  request: (row) => ({ model: "gpt-4o-mini", format: "chat", maxOutputTokens: 10, messages: ask(row) }),
};
const usage = { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 };
const choices = [{ index: 0, message: { role: "assistant", content: "tense" }, finish_reason: "stop" }];
const REPLY = JSON.stringify({ id: "chatcmpl-1", model: "gpt-4o-mini", choices, usage });

async function* lines(outcomes: AsyncIterable<Outcome<{ n: number }, string>>): AsyncGenerator<string> {
  for await (const { id, ok, usd } of outcomes) yield JSON.stringify({ id, ok, usd });
}

await main(script, async ({ requests, rounds, folder, again }, around) => {
  const root = nodeDisk(around.disk.resolve(folder));
  const input = `${folder}/rows.jsonl`;
  const run = async () => {
    const settings = { results: folder, provider: { name: "offline" } as const, simulators: [], env: {}, around };
    await using place = await engine.openWorkplace(settings);
    const inputs = await engine.hashInputs(around.disk, [input]);
    const environment = await engine.stageEnvironment(around.disk, realClock.now());
    const spec = { study: "bench", run: "one", config: { requests }, command: [script.name], inputs, environment };
    const guard = { dataset: declarationOf("sample"), iMaySend: false, redact: false };
    const rows = () => engine.readTable(around.disk, input, row);
    const question = { prompt, rows, guard, output: { low: 1, mean: 1, high: 1 } };
    const here = again ? place : { ...place, provider: answeringBatches(place.provider, REPLY) };
    const asked = await engine.submitStage(here, { ...spec, stage: "ask" }, question);
    const read = await engine.collectStage(here, { ...spec, stage: "read" }, question, {
      ...{ of: "ask", once: false },
      write: async (outcomes, { path }) => {
        await engine.writeLines(root, path("read.jsonl"), () => lines(outcomes));
        return { outputs: ["read.jsonl"] };
      },
    });
    return [asked, read].map((end) => (end.state === "finished" ? (end.manifest?.counts ?? "nothing to do") : end));
  };
  if (again) return around.print(JSON.stringify(await run()));
  await root.remove(".");
  await engine.writeLines(around.disk, input, () => Array.from({ length: requests }, (_, n) => JSON.stringify({ n })));
  around.print(`made: ${JSON.stringify(await run())}`);
  const look = async (): Promise<void> => {
    const ends = await inChild<string[]>(script.name, "--again", "--requests", `${requests}`, "--folder", folder);
    if (ends.some((end) => end !== "nothing to do")) throw new Error(`it did something: ${JSON.stringify(ends)}`);
  };
  const open = async () => (await openLocalStore(nodeDisk(root.resolve(".store/offline")), realClock)).close();
  const claims = openClaims(around.print);
  const claim = async (name: string, work: () => Promise<void>, limit: number): Promise<void> => {
    const value = await medianSeconds(work, realClock, rounds);
    claims.add({ name, value, unit: "s", limit, wanted: "at most", binding: false });
  };
  const count = requests.toLocaleString("en-US");
  await claim(`nothing to do in a finished run of ${count}`, look, 2);
  await claim(`open a store of ${count}, index loaded`, open, 1);
  claims.end();
});
