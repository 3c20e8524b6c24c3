import type { Disk } from "corrigenda/files";
import { z } from "zod";
import { openExamples } from "./example-file.ts";
import type { MaskedDocument } from "./mask-document.ts";
import type { Spans } from "./mask-hierarchical.ts";

/** A masked document as a line of JSONL: spans as (type, offset, length), offsets and lengths in Python's code points. */
export const ExamplesLine = z.object({
  text: z.string(),
  examples: z.array(z.array(z.tuple([z.string(), z.number().int().min(0), z.number().int().min(0)]))),
});
export type ExamplesLine = z.infer<typeof ExamplesLine>;

/** A file of examples as JSONL. */
export async function* exampleLines(disk: Disk, path: string): AsyncGenerator<string> {
  const examples = await openExamples(disk, path);
  try {
    for await (const document of examples.documents()) yield JSON.stringify(toLine(document, examples.header.types));
  } finally {
    await examples.close();
  }
}

/** UTF-16 units become code points. */
export function toLine({ text, examples }: MaskedDocument, types: readonly string[]): ExamplesLine {
  const points = text.length === countPoints(text) ? undefined : pointsOf(text);
  const at = (unit: number): number => (points ? (points[unit] ?? 0) : unit);
  return {
    text,
    examples: examples.map((spans) =>
      triples(spans).map(([type, start, length]) => [types[type] ?? "", at(start), at(start + length) - at(start)]),
    ),
  };
}

/** Code points become UTF-16 units. Throws RangeError at a type that the class does not have. */
export function fromLine({ text, examples }: ExamplesLine, types: readonly string[]): MaskedDocument {
  const units = unitsOf(text);
  const at = (point: number): number => units[point] ?? text.length;
  return {
    text,
    examples: examples.map((spans) =>
      spans.flatMap(([name, start, length]) => {
        const type = types.indexOf(name);
        if (type < 0) throw new RangeError(`no type ${name}; the class has ${types.join(", ")}`);
        return [type, at(start), at(start + length) - at(start)];
      }),
    ),
  };
}

function triples(spans: Spans): [type: number, start: number, length: number][] {
  return Array.from({ length: spans.length / 3 }, (_, span) => {
    const [type = 0, start = 0, length = 0] = spans.slice(3 * span, 3 * span + 3);
    return [type, start, length];
  });
}

function countPoints(text: string): number {
  let points = 0;
  for (const _ of text) points += 1;
  return points;
}

/** The code point of each unit, and their number at the end. */
function pointsOf(text: string): number[] {
  const points: number[] = [];
  let point = 0;
  for (const character of text) {
    for (let unit = 0; unit < character.length; unit++) points.push(point);
    point += 1;
  }
  return [...points, point];
}

/** The unit of each code point, and the length in units at the end. */
function unitsOf(text: string): number[] {
  const units: number[] = [];
  let unit = 0;
  for (const character of text) {
    units.push(unit);
    unit += character.length;
  }
  return [...units, unit];
}
