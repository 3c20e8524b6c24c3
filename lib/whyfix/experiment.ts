import { isStudyError, StudyError } from "corrigenda/error";
import { LineCounter, parseDocument } from "yaml";
import { buildLevels } from "./build-levels.ts";
import { crossChecks } from "./checks.ts";
import {
  type Effort,
  findLevel,
  type InputCode,
  type Length,
  type Level,
  type Levels,
  type Model,
  pickLevel,
  type Role,
  type Temperature,
} from "./levels.ts";
import { METHODS, type PromptKey } from "./methods.ts";
import { issueMistakes, mistakeLines } from "./mistakes.ts";
import { ExperimentYaml, knownKeys, promptPath } from "./shape.ts";
import { compile, type Template } from "./template.ts";

/** experiment.yaml, checked and resolved. */
export interface Experiment {
  readonly levels: Levels;
  readonly provider: ExperimentYaml["provider"];
  readonly run: RunSettings;
  readonly prompts: Readonly<Record<PromptKey, Template>>;
  /** What each field of a reply is to hold. */
  readonly fields: ExperimentYaml["output_schema"];
  /** The items that step 1 matches rows against. */
  readonly lists: { readonly causes: readonly string[]; readonly academic_writing: readonly string[] };
}

/** What the four steps run: one level of each factor, and the inputs of each dataset (by its code). */
export interface RunSettings {
  readonly model: Model;
  readonly temp: Temperature;
  readonly effort: Level & { readonly value: Effort };
  readonly role: Role;
  readonly lengths: readonly Length[];
  readonly inputs: Readonly<Record<string, readonly InputCode[]>>;
  readonly wording: "learner" | "general";
}

/**
 * Reads experiment.yaml; throws one StudyError "config" with a line for every mistake in it.
 * @param model takes the place of the file's own choice
 */
export function parseExperiment(text: string, fileName: string, model?: string): Experiment {
  try {
    return readExperiment(text, fileName, model);
  } catch (cause) {
    if (isStudyError(cause)) throw cause;
    // Aliases that multiply, or lists nested until the stack ends.
    throw new StudyError("config", `${fileName} cannot be read as settings`, { cause });
  }
}

function readExperiment(text: string, fileName: string, model?: string): Experiment {
  if (text.length > MOST_CHARACTERS)
    throw mistaken([`${fileName} is longer than ${MOST_CHARACTERS} characters, which no experiment is`]);
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines });
  const broken = doc.errors.filter(({ code }) => code !== "DUPLICATE_KEY");
  if (broken.length > 0) {
    throw mistaken(
      broken.map(
        (error) => `${fileName}:${error.linePos?.[0].line ?? 1}: not YAML: ${error.message.split(" at line ")[0]}`,
      ),
    );
  }
  const twice = doc.errors.map(({ pos, linePos }) => {
    const key = /^[^\s:]*/.exec(text.slice(pos[0]))?.[0] ?? "";
    return { path: [key], what: "this key is given twice; keep one", line: linePos?.[0].line ?? 1 };
  });
  const raw: unknown = doc.toJS();
  const shape = ExperimentYaml.safeParse(raw);
  const issues = shape.success ? [] : shape.error.issues.flatMap((issue) => issueMistakes(issue, raw, knownKeys));
  const mistakes = mistakeLines(fileName, doc, lines, [...twice, ...issues, ...crossChecks(raw)]);
  if (mistakes.length > 0 || !shape.success) throw mistaken(mistakes);
  const levels = buildLevels(raw);
  const experiment = resolve(shape.data, levels);
  if (model === undefined) return experiment;
  return { ...experiment, run: { ...experiment.run, model: pickLevel(levels, "model", model) } };
}

/** Keys are compared in pairs: a larger file would take minutes to refuse. */
const MOST_CHARACTERS = 2 ** 17;
/** A damaged file has mistakes by the thousand: the first say enough. */
const SHOWN = 20;
const LONGEST = 200;

function mistaken(lines: readonly string[]): StudyError {
  const shown = lines.slice(0, SHOWN).map((line) => (line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line));
  const more = lines.length > SHOWN ? [`and ${lines.length - SHOWN} more`] : [];
  return new StudyError("config", [...shown, ...more].join("\n"), { facts: { mistakes: lines.length } });
}

function resolve(yaml: ExperimentYaml, levels: Levels): Experiment {
  const { run } = yaml;
  return {
    levels,
    provider: yaml.provider,
    run: {
      model: known(levels.model, yaml.provider.model ?? run.model),
      temp: known(levels.temp, String(run.temp)),
      effort: known(levels.effort, run.effort),
      role: known(levels.role, run.role),
      lengths: run.lengths.map((name) => known(levels.length, String(name))),
      inputs: Object.fromEntries(
        Object.entries(run.inputs).map(([name, inputs]) => [known(levels.dataset, name).code, inputs]),
      ),
      wording: run.wording,
    },
    prompts: templates(yaml),
    fields: yaml.output_schema,
    lists: {
      causes: Object.values(yaml.l2_knowledge.causes).flat(),
      academic_writing: Object.values(yaml.l2_knowledge.academic_writing).flat(),
    },
  };
}

function templates(yaml: ExperimentYaml): Record<PromptKey, Template> {
  const texts = { prompt: yaml.prompt, prompt_v2: yaml.prompt_v2, prompt_general: yaml.prompt_general } as Readonly<
    Record<string, Readonly<Record<string, string>>>
  >;
  const keys = Object.values(METHODS).map(({ prompt }) => prompt);
  return Object.fromEntries(
    keys.map((key) => {
      const [part] = promptPath(key, yaml.run.wording);
      return [key, compile(texts[part]?.[key] ?? "", impossible)];
    }),
  ) as Record<PromptKey, Template>;
}

/** For what the checks have ruled out. */
function impossible(what: string): never {
  throw new StudyError("config", `the checks let a mistake pass: ${what}`);
}

function known<L extends Level>(levels: readonly L[], name: string): L {
  return findLevel(levels, name) ?? impossible(`"${name}"`);
}
