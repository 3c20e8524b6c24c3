// npx zx scripts/selfcorrect/collect.ts --dataset gsm8k --limit 1000 --algorithm gaussian_ts
// Questions become traces: an answer, then re-prompts that a policy chooses, as long as it thinks that another answer helps.
// Writes results/selfcorrect/<run>/traces/ and, in the source's shapes, pipeline_logs/. Same command: goes on.
import { gzipSync } from "node:zlib";
import { defineScript, main } from "corrigenda/cli";
import { declarationOf, openQuestions } from "corrigenda/dataset";
import * as engine from "corrigenda/engine";
import { isStudyError } from "corrigenda/error";
import { contentHash, sha256 } from "corrigenda/json";
import * as selfcorrect from "corrigenda/selfcorrect";
import { commandLine } from "corrigenda/text";

const { online, ...asking } = engine.engineFlags;
const script = defineScript({
  name: "scripts/selfcorrect/collect.ts",
  summary: "selfcorrect: makes traces of answers and re-prompts, and teaches a policy which re-prompts help.",
  flags: {
    ...{ ...selfcorrect.collectFlags, ...asking, again: engine.waitFlags.again },
    provider: asking.provider.describe("who answers; default offline: a simulated model"),
  },
  examples: ["npx zx scripts/selfcorrect/collect.ts --dataset gsm8k --from data/sample/selfcorrect/gsm8k.jsonl"],
});

await main(script, async (flags, around) => {
  const { disk, log, print, signal } = around;
  const { results, limit, seed, iMaySend, redact } = flags;
  const hub = { endpoint: process.env.HF_ENDPOINT, token: process.env.HF_TOKEN, signal };
  const source =
    flags.dataset === "mock" && flags.from === undefined
      ? selfcorrect.mockSource(declarationOf("mock"), { limit, seed })
      : await openQuestions(disk, { ...flags, folder: `${results}/.hub`, hub });
  const text = (path: string): Promise<string | undefined> => engine.fileText(disk, path);
  const parts = await selfcorrect.collectParts(flags, source.name, { text });
  for (const notice of parts.notices) log.info(notice);

  const underWay = selfcorrect.questionsUnderWay(parts.scoring, flags.lag);
  const preset = selfcorrect.PRESETS[flags.preset];
  const simulator = selfcorrect.simulateSelfcorrect({ preset, templates: parts.templates, references: underWay.known });
  const settings = engine.providerSettings({ name: "offline" }, flags);
  await using place = await engine.openWorkplace({
    ...{ results, provider: settings, simulators: [simulator], env: process.env, around },
    ...{ dataset: source.declaration, iMaySend },
  });

  const provider = engine.recordedSettings(settings, place.provider.base);
  const config = selfcorrect.collectConfig(flags, { ...source, ...parts, provider });
  const run = flags.run ?? `selfcorrect-${contentHash(config).slice(0, 8)}`;
  const words = [...selfcorrect.collectCommand(flags), ...engine.recordedFlags(flags)];
  const spec = {
    ...{ study: "selfcorrect", run, config, seeds: { seed }, again: flags.again },
    command: [script.name, "--run", "{run}", ...words],
    inputs: await engine.hashInputs(disk, [...source.files, ...parts.files]),
    prompts: [{ name: "selfcorrect templates", sha256: sha256(selfcorrect.promptText(parts)) }],
    environment: await engine.stageEnvironment(disk, place.clock.now()),
  };
  const rows = () => underWay.pass(source.rows());
  const guard = { dataset: source.declaration, iMaySend, redact };
  const made = { ...parts, flags, place, spec, guard, dataset: source.name, rows };
  try {
    const end = await selfcorrect.collectTraces({ ...engine, gzip: gzipSync }, made);
    const logs = await selfcorrect.deliverLogs(engine, made, disk);
    print(engine.endSentence("traces", end));
    print((await selfcorrect.closing(engine, made)).join("\n"));
    print(`files: ${logs}`);
  } catch (error) {
    const again = [script.name, "--run", run, ...words, ...engine.placeWords({ ...flags, baseUrl: undefined })];
    if (isStudyError(error, "stopped")) print(`go on: ${commandLine(again)}`);
    throw error;
  }
});
