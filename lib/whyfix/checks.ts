import { buildLevels, ownName } from "./build-levels.ts";
import { findLevel, type Level, namesOf } from "./levels.ts";
import { METHODS, type MethodCode, type PromptKey } from "./methods.ts";
import { didYouMean, type Mistake, type Path, show, valueAt } from "./mistakes.ts";
import { entriesAt, promptPath, textsAt } from "./shape.ts";
import { compile } from "./template.ts";

/** Mistakes that no single key shows: codes, names that refer to each other, placeholders. Reads any value. */
export function crossChecks(raw: unknown): Mistake[] {
  return [...codeChecks(raw), ...nameChecks(raw), ...runChecks(raw), ...promptChecks(raw), ...listChecks(raw)];
}

const CODE = /^[A-Za-z0-9]+$/;

function codeChecks(raw: unknown): Mistake[] {
  const places: Path[] = [
    ["dataset_names"],
    ["model_names"],
    ["role_names"],
    ["temp"],
    ["output_len"],
    ["model_type", "reasoning", "effort"],
  ];
  const bad = places.flatMap((place) =>
    entriesAt(raw, ...place)
      .filter(([code]) => !CODE.test(ownName(code)))
      .map(([code]) => ({
        path: [...place, code],
        what: `"${code}" is not a code; use letters and digits only, "_" joins the parts of a custom_id`,
      })),
  );
  const temps = new Set(entriesAt(raw, "temp").map(([code]) => code));
  const clash = entriesAt(raw, "model_type", "reasoning", "effort").filter(([code]) => temps.has(code));
  const twice = repeated(entriesAt(raw, "output_len"), ([key]) => ownName(key));
  return [
    ...bad,
    ...clash.map(([code]) => ({
      path: ["model_type", "reasoning", "effort", code],
      what: `"${code}" is also a code under temp; both stand at the same place of a custom_id, so give another`,
    })),
    ...twice.map(([key]) => ({
      path: ["output_len", key],
      what: `means the same as another key (${ownName(key)}); keep one`,
    })),
  ];
}

/** Each dataset, model and role has exactly one code, and each code names one that exists. */
function nameChecks(raw: unknown): Mistake[] {
  const models = [
    ...textsAt(raw, "model_type", "gpt").map(([key, id]) => ({ path: ["model_type", "gpt", key], name: id })),
    ...textsAt(raw, "model_type", "reasoning", "model").map(([key, id]) => ({
      path: ["model_type", "reasoning", "model", key],
      name: id,
    })),
  ];
  const roles = entriesAt(raw, "role").map(([key]) => ({ path: ["role", key], name: ownName(key) }));
  const datasets = entriesAt(raw, "dataset").map(([key]) => ({ path: ["dataset", key], name: key }));
  return [
    ...repeated(models, ({ name }) => name).map(({ path, name }) => ({
      path,
      what: `"${name}" is listed twice; keep one`,
    })),
    ...oneCodeEach(raw, "dataset_names", datasets),
    ...oneCodeEach(raw, "model_names", models),
    ...oneCodeEach(raw, "role_names", roles),
  ];
}

function oneCodeEach(raw: unknown, where: string, named: readonly { path: Path; name: string }[]): Mistake[] {
  const codes = textsAt(raw, where).map(([code, name]) => ({ code, name: ownName(name) }));
  const names = named.map(({ name }) => name);
  return [
    ...named
      .filter(({ name }) => !codes.some((code) => code.name === name))
      .map(({ path, name }) => ({ path, what: `"${name}" has no code; add one under ${where}` })),
    ...codes
      .filter(({ name }) => !names.includes(name))
      .map(({ code, name }) => ({
        path: [where, code],
        what: `${show(name)} is not defined; allowed: ${names.join(", ")}`,
      })),
    ...repeated(codes, ({ name }) => name).map(({ code, name }) => ({
      path: [where, code],
      what: `"${name}" has a second code; keep one`,
    })),
  ];
}

function runChecks(raw: unknown): Mistake[] {
  const levels = buildLevels(raw);
  const refer = (path: Path, known: readonly Level[]): Mistake[] => {
    const name = valueAt(raw, path);
    if ((typeof name !== "string" && typeof name !== "number") || findLevel(known, String(name))) return [];
    return [{ path, what: `${show(name)} is not defined; allowed: ${namesOf(known)}` }];
  };
  const lengths = valueAt(raw, ["run", "lengths"]);
  const needsUrl =
    valueAt(raw, ["provider", "name"]) === "compatible" && valueAt(raw, ["provider", "baseUrl"]) === undefined;
  return [
    ...refer(["provider", "model"], levels.model),
    ...refer(["run", "model"], levels.model),
    ...refer(["run", "temp"], levels.temp),
    ...refer(["run", "effort"], levels.effort),
    ...refer(["run", "role"], levels.role),
    ...(Array.isArray(lengths) ? lengths.flatMap((_, at) => refer(["run", "lengths", at], levels.length)) : []),
    ...entriesAt(raw, "run", "inputs")
      .filter(([name]) => findLevel(levels.dataset, name) === undefined)
      .map(([name]) => ({
        path: ["run", "inputs", name],
        what: `"${name}" is not defined; allowed: ${namesOf(levels.dataset)}`,
      })),
    ...(needsUrl
      ? [
          {
            path: ["provider", "baseUrl"],
            what: `is missing; provider "compatible" needs one, such as http://localhost:11434/v1`,
          },
        ]
      : []),
  ];
}

const ROW_PLACEHOLDERS = [
  ...[
    "role",
    "sentence",
    "edited_sentence",
    "formatted_sentences",
    "sentences",
    "learnerWord",
    "editorWord",
    "output_len",
  ],
  ...["lemmaWord_learner", "lemmaWord_editor", "related_collocations", "other_category_collocations"],
  ...["learnerWord", "editorWord"].flatMap((word) =>
    ["pos", "level", "definition", "examples", "in_akl"].map((field) => `${word}_${field}`),
  ),
];

function promptChecks(raw: unknown): Mistake[] {
  return (["learner", "general"] as const).flatMap((wording) =>
    (Object.keys(METHODS) as MethodCode[]).flatMap((method) =>
      onePrompt(raw, promptPath(METHODS[method].prompt, wording), method),
    ),
  );
}

function onePrompt(raw: unknown, path: readonly [string, PromptKey], method: MethodCode): Mistake[] {
  const text = valueAt(raw, path);
  if (typeof text !== "string") return [];
  const mistakes: Mistake[] = [];
  const { names, lines } = compile(text, (what, below) => mistakes.push({ path, what, below }));
  const { prompt, needsKnowledge } = METHODS[method];
  const own = prompt === "causes" || prompt === "academic_writing" ? [prompt] : [];
  const allowed = [
    ...ROW_PLACEHOLDERS,
    ...own,
    ...(needsKnowledge ? ["causes_of_lexical_errors", "features_of_academic_writing"] : []),
  ];
  for (const name of names) {
    if (allowed.includes(name)) continue;
    const below = 1 + lines.findIndex(({ parts }) => parts.some((part, place) => place % 2 === 1 && part === name));
    mistakes.push({
      path,
      what: `placeholder {${name}} has no value here${didYouMean(name, allowed)}; allowed: ${allowed.join(", ")}`,
      below,
    });
  }
  for (const name of own) if (!names.has(name)) mistakes.push({ path, what: `does not show the list; use {${name}}` });
  if (!["sentence", "sentences", "formatted_sentences"].some((name) => names.has(name))) {
    mistakes.push({ path, what: "shows no sentence; use {sentence}, {sentences} or {formatted_sentences}" });
  }
  return mistakes;
}

/** Items are matched letter by letter, so each is one line and stands once. */
function listChecks(raw: unknown): Mistake[] {
  return ["causes", "academic_writing"].flatMap((list) => {
    const items = entriesAt(raw, "l2_knowledge", list).flatMap(([group, texts]) =>
      (Array.isArray(texts) ? texts : []).map((text, at) => ({
        path: ["l2_knowledge", list, group, at],
        text: String(text),
      })),
    );
    return [
      ...repeated(items, ({ text }) => text).map(({ path }) => ({ path, what: "this item is listed twice; keep one" })),
      ...items
        .filter(({ text }) => text.includes("\n"))
        .map(({ path }) => ({ path, what: "has a line break; an item is one line" })),
    ];
  });
}

/** The values whose key an earlier one has already. */
function repeated<T>(values: readonly T[], key: (value: T) => string): T[] {
  return values.filter((value, at) => values.findIndex((other) => key(other) === key(value)) < at);
}
