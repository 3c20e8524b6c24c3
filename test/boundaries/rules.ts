import path from "node:path";
import { codeOnly, type Import, importsOf, lineAt } from "./source.ts";

const GROUND = ["error", "json", "rng", "time", "stats", "text"];
const BORDERS = ["files", "frame", "report", "cli", "pdf"];
/** "provider/offline" is a folder with a face of its own: importing the providers does not load the service. */
const ENGINE = [
  "dataset",
  "provider",
  "provider/offline",
  "store",
  "batch",
  "online",
  "results",
  "engine",
  "trial",
  "bench",
  "train",
  "notebook",
  "notebook/desk",
];
const STUDIES = ["whyfix", "ielts", "labeling", "ilm", "selfcorrect"];
/** A folder may import the folders before it. */
const ORDER = [...GROUND, ...BORDERS, ...ENGINE];
/** The ground folders that other ground folders stand on. */
const BASE = ["error", "json", "rng"];
/** Packages that reach the disk, the network or a process: not for studies. */
const EFFECTS =
  /^(node:(?!util$|crypto$|path$)|openai\b|@anthropic-ai\/|undici\b|zx\b|pg\b|pg-boss\b|@duckdb\/|onnxruntime-node\b)/;

const LINES = 300;
const FACE_LINES = 25;
const SCRIPT_LINES = 80;

export interface SourceFile {
  /** From the repository's root, with "/". */
  readonly path: string;
  readonly text: string;
}

/** Everything in lib/ and scripts/ that breaks a rule of the workspace, as "path:line: what". */
export function violations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const imports = importsOf(file.text);
    return [
      ...imports.flatMap((one) => importProblems(file.path, one).map((what) => `${file.path}:${one.line}: ${what}`)),
      ...sizeProblems(file).map((what) => `${file.path}: ${what}`),
      ...wordProblems(file),
    ];
  });
}

function importProblems(file: string, { from, typeOnly }: Import): string[] {
  const folder = folderOf(file);
  const target = from.match(/^corrigenda\/(.+)$/)?.[1];
  const problems = [
    ...(from.startsWith(".") ? relativeProblems(file, from) : []),
    ...(target === undefined ? [] : tableProblems(folder, target, typeOnly)),
  ];
  const bare = /^scripts\/[^/]+\.mjs$/.test(file); // runs on any Node, before the packages stand
  if (/^(node:)?fs(\/|$)/.test(from) && folder !== "files" && !bare)
    problems.push(`imports ${from}: only lib/files touches the disk`);
  const starts = folder !== "" && !["pdf", "results", "notebook", "trial", "bench"].includes(folder);
  if (/^(node:)?child_process$/.test(from) && starts) problems.push(`imports ${from}: lib starts no processes`);
  if (STUDIES.includes(folder) && EFFECTS.test(from)) problems.push(`imports ${from}: studies are pure`);
  return problems;
}

function relativeProblems(file: string, from: string): string[] {
  if (file.startsWith("scripts/")) return [`imports ${from}: no script imports a script`];
  const target = path.posix.join(path.posix.dirname(file), from);
  if (folderOf(target) !== folderOf(file)) return [`imports ${from}: across folders it is corrigenda/<folder>`];
  return /\.(ts|json)$/.test(from) ? [] : [`imports ${from}: inner imports end in .ts`];
}

function tableProblems(folder: string, target: string, typeOnly: boolean): string[] {
  const known = [...ORDER, ...STUDIES];
  if (!known.includes(target)) return [`imports corrigenda/${target}: not in the import table`];
  if (folder === "") return [];
  if (!known.includes(folder)) return [`imports corrigenda/${target}: ${folder} is not in the import table`];
  if (STUDIES.includes(target)) return [`imports corrigenda/${target}: a study is imported by scripts alone`];
  if (STUDIES.includes(folder)) {
    return GROUND.includes(target) || typeOnly
      ? []
      : [`imports corrigenda/${target}: studies take only types from borders and engine`];
  }
  if (GROUND.includes(folder) && !BASE.includes(target))
    return [`imports corrigenda/${target}: ground folders stand on ${BASE.join(", ")} alone`];
  return ORDER.indexOf(target) < ORDER.indexOf(folder)
    ? []
    : [`imports corrigenda/${target}: ${target} does not stand above ${folder}`];
}

function sizeProblems({ path: file, text }: SourceFile): string[] {
  const lines = text.trimEnd().split("\n").length;
  const problems: string[] = [];
  const limit = file.startsWith("scripts/") ? SCRIPT_LINES : LINES;
  if (lines > limit) problems.push(`${lines} lines: at most ${limit}`);
  if (file !== `lib/${folderOf(file)}/index.ts`) return problems;
  const exported = lines - (text.slice(0, text.indexOf("*/")).match(/\n/g)?.length ?? 0) - 1;
  if (exported > FACE_LINES)
    problems.push(`${exported} lines: an index.ts has at most ${FACE_LINES} after its comment`);
  if (!text.startsWith("/**\n * ")) problems.push("an index.ts opens with a doc comment");
  return problems;
}

interface WordRule {
  readonly pattern: RegExp;
  readonly what: string;
  applies(file: string): boolean;
}

const inLib = (file: string): boolean => file.startsWith("lib/");

const WORDS: readonly WordRule[] = [
  { pattern: /\bexport\s+default\b|\bas\s+default\b/g, what: "default export", applies: () => true },
  {
    pattern: /\bprocess\s*\.\s*(env|argv)\b/g,
    what: "lib reads the environment only in cli and in provider factories",
    applies: (file) => inLib(file) && !/^lib\/(cli|provider)\//.test(file),
  },
  {
    pattern:
      /\bMath\s*\.\s*random\b|\bDate\s*\.\s*now\b|\bnew\s+Date\s*(\(\s*\)|(?!\s*\())|\bperformance\s*\.\s*now\b/g,
    what: "takes time or chance from the machine: pass a Clock or an Rng",
    applies: (file) => inLib(file) && folderOf(file) !== "time",
  },
];

function wordProblems({ path: file, text }: SourceFile): string[] {
  const code = codeOnly(text);
  return WORDS.filter((rule) => rule.applies(file)).flatMap(({ pattern, what }) =>
    [...code.matchAll(pattern)].map(
      (match) => `${file}:${lineAt(text, match.index)}: ${match[0].replace(/\s+/g, " ")}: ${what}`,
    ),
  );
}

/** "json" for lib/json/…, "provider/offline" for lib/provider/offline/…; "" outside lib. */
function folderOf(file: string): string {
  const [, folder = "", inner] = file.match(/^lib\/([^/]+)\/([^/]+)/) ?? [];
  return ORDER.includes(`${folder}/${inner}`) ? `${folder}/${inner}` : folder;
}
