import { isStudyError, StudyError } from "corrigenda/error";
import { isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { keysAt } from "./fields.ts";
import { didYouMean } from "./suggest.ts";

type Path = readonly PropertyKey[];

/** A YAML text with the places of its parts. */
export interface YamlText {
  readonly value: unknown;
  /** "file:line" of a part, or of the nearest part around it. */
  place(path: Path): string;
  /** A scalar as it is written ("0622" rather than 622); undefined where the part is none. */
  source(path: Path): string | undefined;
}

/** Settings are small: what is larger is another file, or a trap, for keys are compared in pairs. */
const MOST_BYTES = 2 ** 17;
/** A damaged file has mistakes by the thousand: the first say enough. */
const SHOWN = 20;
const LONGEST = 300;

/**
 * Parses YAML of at most 128 KiB and 100 repeats of aliases; throws StudyError "config" with file:line where it is not
 * YAML.
 */
export function readYaml(text: string, file: string): YamlText {
  if (Buffer.byteLength(text) > MOST_BYTES)
    throw new StudyError("config", `${file} is larger than ${MOST_BYTES} bytes, which no settings are`);
  try {
    return parsed(text, file);
  } catch (cause) {
    if (isStudyError(cause)) throw cause;
    // Aliases that multiply, or lists nested until the stack ends.
    const why = cause instanceof Error ? firstLine(cause.message) : "";
    throw new StudyError("config", `${file} cannot be read as settings: ${why}`, { cause });
  }
}

function parsed(text: string, file: string): YamlText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): string => `${file}:${lines.linePos(offset).line}`;
  const broken = document.errors[0];
  if (broken)
    throw new StudyError("config", `${place(broken.pos[0])}: ${firstLine(broken.message)}`, { cause: broken });
  return {
    value: document.toJS({ maxAliasCount: 100 }) as unknown,
    place: (path) => place(offsetOf(document.contents, path)),
    source: (path) => {
      const node = document.getIn(path, true);
      return isScalar(node) ? node.source : undefined;
    },
  };
}

/**
 * A YAML text as a checked value. Every mistake is one line, "file:line: key: what is wrong", in the file's order.
 * @param file name used in messages
 */
export function parseYaml<T>(text: string, file: string, schema: z.ZodType<T>): T {
  const yaml = readYaml(text, file);
  const parsed = schema.safeParse(yaml.value ?? {});
  if (parsed.success) return parsed.data;
  const lines = mistakes(parsed.error, schema, yaml).map(brief);
  const more = lines.length > SHOWN ? [`and ${lines.length - SHOWN} more`] : [];
  throw new StudyError("config", [...lines.slice(0, SHOWN), ...more].join("\n"), {
    cause: parsed.error,
    facts: { file, mistakes: parsed.error.issues.length },
  });
}

/** Keys and values come from the file, and may be a screen long. */
function brief(line: string): string {
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** One line for each mistake that zod found in a YAML file. */
function mistakes(error: z.ZodError, schema: z.ZodType, yaml: YamlText): string[] {
  return error.issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") {
      return [`${yaml.place(issue.path)}: ${dotted(issue.path)}${issueSentence(issue)}`];
    }
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return `${yaml.place(path)}: ${dotted(path)}unknown key${didYouMean(key, known)}`;
    });
  });
}

/** What zod says of an issue, without its preamble. */
export function issueSentence(issue: { readonly message: string }): string {
  return issue.message.replace(/^(Invalid input|Invalid option|Too small|Too big): /, "");
}

function dotted(path: Path): string {
  let text = "";
  for (const step of path) text += typeof step === "number" ? `[${step}]` : `${text === "" ? "" : "."}${String(step)}`;
  return text === "" ? "" : `${text}: `;
}

/** Offset of the key (or list item) that a path names, or of the last part of the path that exists. */
function offsetOf(root: unknown, path: Path): number {
  let [node, offset] = [root, isNode(root) ? (root.range?.[0] ?? 0) : 0];
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step),
      );
      if (!pair) return offset;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else {
      node = isNode(node) && "items" in node ? (node.items as unknown[])[Number(step)] : undefined;
      if (!isNode(node)) return offset;
      offset = node.range?.[0] ?? offset;
    }
  }
  return offset;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? text;
}
