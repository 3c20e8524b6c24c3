import { StudyError } from "corrigenda/error";
import type { JsonObject } from "corrigenda/json";
import type { ModelRequest, Prompt } from "corrigenda/provider";
import { outputSchemas } from "./answers.ts";
import { type Cell, formatId } from "./cell.ts";
import type { Row } from "./data/index.ts";
import type { Experiment } from "./experiment.ts";
import type { Level } from "./levels.ts";
import { type AnswerKind, METHOD_CODES, METHODS, type MethodCode } from "./methods.ts";
import { type Answer, parseAnswer } from "./parse.ts";
import { fill, type Values } from "./template.ts";
import { cellValues, rowValues } from "./values.ts";

/** What causes and features of academic writing matched a row (step 1), for the methods that build on it. */
export interface Knowledge {
  readonly causes: readonly string[];
  readonly academic_writing: readonly string[];
}

/** One request of the study: a row in a cell. */
export interface WhyfixItem {
  readonly row: Row;
  readonly cell: Cell;
  readonly knowledge?: Knowledge;
}

export type WhyfixPrompt = Prompt<WhyfixItem, Answer>;

/** One prompt per method. */
export function methodPrompts(experiment: Experiment): Readonly<Record<MethodCode, WhyfixPrompt>> {
  const setup = prepare(experiment);
  return Object.fromEntries(METHOD_CODES.map((method) => [method, methodPrompt(setup, method)])) as Record<
    MethodCode,
    WhyfixPrompt
  >;
}

/** All methods in one: each item is asked and read by its own method's prompt. */
export function whyfixPrompt(experiment: Experiment): WhyfixPrompt {
  const prompts = methodPrompts(experiment);
  return {
    name: "whyfix",
    request: (item) => prompts[item.cell.method].request(item),
    id: ({ cell, row }) => formatId(cell, row.index),
    parse: (reply, item) => prompts[item.cell.method].parse(reply, item),
  };
}

interface Setup {
  readonly experiment: Experiment;
  readonly schemas: Readonly<Record<AnswerKind, { readonly name: string; readonly schema: JsonObject }>>;
  /** The numbered lists for the knowledge tasks. */
  readonly lists: Values;
  readonly levels: ReadonlyMap<string, Level>;
}

function prepare(experiment: Experiment): Setup {
  const numbered = (items: readonly string[]): string => items.map((item, at) => `${at + 1}. ${item}`).join("\n");
  const { causes, academic_writing } = experiment.lists;
  const levels = Object.entries(experiment.levels).flatMap(([factor, all]) =>
    (all as readonly Level[]).map((level): [string, Level] => [`${factor}/${level.code}`, level]),
  );
  return {
    experiment,
    schemas: outputSchemas(experiment),
    lists: { causes: numbered(causes), academic_writing: numbered(academic_writing) },
    levels: new Map(levels),
  };
}

function methodPrompt(setup: Setup, method: MethodCode): WhyfixPrompt {
  const { prompt, kind } = METHODS[method];
  const template = setup.experiment.prompts[prompt];
  const { lists } = setup.experiment;
  const list = method === "Cause" ? lists.causes : method === "Acad" ? lists.academic_writing : [];
  return {
    name: `whyfix ${method}`,
    id: ({ cell, row }) => formatId(cell, row.index),
    request: (item) => {
      const values = {
        ...rowValues(item.row, item.cell.input),
        ...setup.lists,
        ...knowledgeValues(item),
        ...levelValues(setup, item.cell),
      };
      return {
        ...modelOf(setup, item.cell),
        messages: [{ role: "user", content: fill(template, values) }],
        schema: setup.schemas[kind],
      };
    },
    parse: (reply, item) => parseAnswer(reply, { kind, list, id: formatId(item.cell, item.row.index) }),
  };
}

function knowledgeValues(item: WhyfixItem): Values {
  if (!METHODS[item.cell.method].needsKnowledge) return {};
  if (item.knowledge === undefined) {
    const id = formatId(item.cell, item.row.index);
    throw new StudyError("stage", `${id} needs what Cause and Acad matched for its row; run step 1 first`, {
      facts: { id },
    });
  }
  const { causes, academic_writing } = item.knowledge;
  return {
    causes_of_lexical_errors: bullets(causes),
    features_of_academic_writing: bullets(academic_writing),
  };
}

function bullets(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : items.map((item) => `- ${item}`).join("\n");
}

function levelValues(setup: Setup, cell: Cell): Values {
  return cellValues(level(setup, "role", cell.role), level(setup, "length", cell.length));
}

/** GPT models get a temperature, reasoning models an effort. On Azure the run's model goes by its deployment. */
function modelOf(setup: Setup, cell: Cell): Pick<ModelRequest, "model" | "temperature" | "effort"> {
  const { run, provider } = setup.experiment;
  const { code, name, kind } = level(setup, "model", cell.model);
  const model = code === run.model.code ? (provider.deployment ?? name) : name;
  return kind === "gpt"
    ? { model, temperature: level(setup, "temp", cell.temp).value }
    : { model, effort: level(setup, "effort", cell.temp).value };
}

function level<F extends keyof Experiment["levels"]>(
  setup: Setup,
  factor: F,
  code: string,
): Experiment["levels"][F][number] {
  const found = setup.levels.get(`${factor}/${code}`);
  if (found === undefined) throw new StudyError("config", `${factor} "${code}" is not in the experiment`);
  return found as Experiment["levels"][F][number];
}
