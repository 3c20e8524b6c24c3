// npx zx scripts/selfcorrect/simulate.ts --preset huang-gpt-3.5 --dataset gsm8k
// A simulated model beside its closed form: accuracy after each round of asking again, and what the first round fixed,
// broke and changed. In this process, no service, nothing written.
import { defineScript, main, table } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import * as selfcorrect from "corrigenda/selfcorrect";
import { z } from "zod";

const names = Object.keys(selfcorrect.PRESETS) as [selfcorrect.PresetName, ...selfcorrect.PresetName[]];
const whole = z.number().int().positive();
const script = defineScript({
  name: "scripts/selfcorrect/simulate.ts",
  summary: "selfcorrect: a simulated model's figures beside the closed form.",
  flags: {
    preset: z.enum(names).default("huang-gpt-3.5").describe("whose published figures"),
    dataset: z.string().default("gsm8k").describe("which of the preset's cells; any other name is its general one"),
    template: z.string().default("p_are_you_sure").describe("the template to ask again with"),
    questions: whole.max(100_000).default(4_000),
    rounds: whole.max(50).default(4).describe("how often each is asked again"),
    seed: z.number().int().default(42),
  },
  examples: ["npx zx scripts/selfcorrect/simulate.ts --preset learnable --template p_explain_why"],
});

await main(script, async ({ template: id, ...flags }, { print }) => {
  const template = selfcorrect.ownTemplates().find((one) => one.id === id);
  if (template === undefined)
    throw new StudyError("config", `there is no template "${id}"; see lib/selfcorrect/templates.json`);
  const preset: selfcorrect.Preset = selfcorrect.PRESETS[flags.preset];
  print(`${flags.preset}, provider offline: ${preset.source}`);
  const rows = selfcorrect.figureRows({ ...flags, preset, template });
  print(table(rows.rounds));
  print(table(rows.moves));
  print(`where it ends: ${(100 * rows.steady).toFixed(1)} % right`);
});
