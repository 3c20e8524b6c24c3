import type { DataInput, RowOrBad } from "corrigenda/dataset";
import { z } from "zod";
import { type Node, rowsOf } from "./corrected-text.ts";
import { bad, skipped } from "./error-row.ts";
import type { DraftRow } from "./row.ts";
import { type Line, linesOf } from "./streams.ts";

const Edit = z.tuple([z.int().nonnegative(), z.int().nonnegative(), z.string().nullable()]).rest(z.unknown());

/** A script of the BEA-2019 shared task; edits are [start, end, correction], in code points as Python counts them. */
const Script = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  l1: z.string().optional(),
  age: z.string().optional(),
  q: z.union([z.string(), z.number()]).optional(),
  text: z.string(),
  edits: z.array(z.tuple([z.union([z.number(), z.string()]), z.array(Edit)])),
});
type Script = z.infer<typeof Script>;
type Edit = z.infer<typeof Edit>;

/**
 * FCE in the form of the BEA-2019 shared task: one JSON object a line. The form has no error codes, so every replacement
 * becomes a row; of several annotators the first one listed is read.
 */
export async function* readBea2019(input: DataInput): AsyncGenerator<RowOrBad<DraftRow>> {
  for await (const line of linesOf(input)) {
    if (line.text.trim() !== "") yield* readScript(line, input.file);
  }
}

function* readScript(line: Line, file: string): Generator<RowOrBad<DraftRow>> {
  const place = `${file}:${line.number}`;
  const script = parse(line.text);
  if (typeof script === "string") {
    yield bad(place, script);
    return;
  }
  const edits = [...(script.edits[0]?.[1] ?? [])].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const nodes = nodesOf(script.text, edits, line.number);
  if (typeof nodes === "string") {
    yield bad(place, nodes);
    return;
  }
  const known = { l1: script.l1, age: script.age, script: script.id, question: script.q };
  const note = Object.entries(known).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
  yield* rowsOf(nodes, { file, source: "fce-dataset", note: note.join("; "), keeps: () => true });
  for (const edit of edits) if (edit[2] === null) yield skipped(place, "an error without a correction");
}

function parse(text: string): Script | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "the line is not JSON";
  }
  const script = Script.safeParse(value);
  if (script.success) return script.data;
  const issue = script.error.issues[0];
  return `not a BEA-2019 script: ${issue?.path.join(".")}: ${issue?.message}`;
}

/** The text cut at its edits, or why it cannot be. An error without a correction stays as it is. */
function nodesOf(text: string, edits: readonly Edit[], line: number): Node[] | string {
  const points = [...text];
  const nodes: Node[] = [];
  const slice = (start: number, end: number): string => points.slice(start, end).join("");
  let done = 0;
  for (const [start, end, correction] of edits) {
    if (end < start || end > points.length) return "an edit lies outside the text";
    if (start < done) return "two edits overlap";
    if (correction === null) continue;
    const wrong = slice(start, end);
    nodes.push(slice(done, start), { line, wrong: [wrong], right: [correction] });
    done = end;
  }
  return [...nodes, slice(done, points.length)];
}
