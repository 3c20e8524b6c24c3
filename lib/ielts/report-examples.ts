import { parseJson } from "corrigenda/json";
import { z } from "zod";
import { CODES, CRITERIA, ERROR_TYPES } from "./criteria.ts";
import { readUserText } from "./finetune-line.ts";

/** Essays of each band that the page of essays shows. */
const PER_BAND = 3;

const Criterion = z.object({
  name: z.string(),
  band: z.number(),
  evidence_quotes: z.array(z.string()),
  errors: z.array(z.object({ span: z.string(), type: z.string(), fix: z.string() })),
  suggestions: z.array(z.string()),
});
const Answer = z.object({ overall: z.number(), per_criterion: z.array(Criterion).length(4) });
const Line = z.object({ messages: z.array(z.object({ content: z.string() })).length(3) });

export type Side = "train" | "validation";

/** An example as its file has it. */
export interface ShownExample {
  /** "train-12": the side and the line. */
  readonly id: string;
  readonly prompt: string;
  readonly essay: string;
  readonly overall: number;
  readonly criteria: readonly z.infer<typeof Criterion>[];
}

/** What the examples of both files add up to. */
export interface ExampleCounts {
  /** "4.0" and how many examples of each side have it. */
  readonly overall: ReadonlyMap<string, Readonly<Record<Side, number>>>;
  /** [criterion] band and how many. */
  readonly bands: readonly ReadonlyMap<string, number>[];
  /** [criterion][error type] */
  readonly errors: readonly (readonly number[])[];
  readonly examples: number;
  /** The first few of each band, in the order of the bands. */
  readonly shown: readonly ShownExample[];
}

export function exampleCounts(): { add(side: Side, line: number, text: string): void; result(): ExampleCounts } {
  const overall = new Map<string, Record<Side, number>>();
  const bands = CODES.map(() => new Map<string, number>());
  const errors = CODES.map(() => ERROR_TYPES.map(() => 0));
  const shown = new Map<string, ShownExample[]>();
  let examples = 0;
  return {
    add: (side, line, text) => {
      const example = readExample(text, `${side}-${line}`);
      if (!example) return;
      examples += 1;
      const band = example.overall.toFixed(1);
      const sides = overall.get(band) ?? { train: 0, validation: 0 };
      overall.set(band, { ...sides, [side]: sides[side] + 1 });
      const alike = shown.get(band) ?? [];
      if (alike.length < PER_BAND) shown.set(band, [...alike, example]);
      for (const [at, one] of example.criteria.entries()) {
        const own = bands[at];
        own?.set(one.band.toFixed(1), (own.get(one.band.toFixed(1)) ?? 0) + 1);
        const counts = errors[at];
        for (const { type } of one.errors) {
          const place = (ERROR_TYPES as readonly string[]).indexOf(type);
          if (counts && place >= 0) counts[place] = (counts[place] ?? 0) + 1;
        }
      }
    },
    result: () => {
      const all = [...shown].sort(([a], [b]) => Number(a) - Number(b)).flatMap(([, own]) => own);
      return { overall, bands, errors, examples, shown: all };
    },
  };
}

function readExample(text: string, id: string): ShownExample | undefined {
  const [, user, assistant] = Line.safeParse(parseJson(text.replace(/^\uFEFF/, ""))).data?.messages ?? [];
  const asked = readUserText(user?.content ?? "");
  const answer = Answer.safeParse(parseJson(assistant?.content ?? "")).data;
  if (!asked || !answer) return undefined;
  const criteria = CRITERIA.flatMap((name) => answer.per_criterion.find((one) => one.name === name) ?? []);
  return { id, ...asked, overall: answer.overall, criteria };
}

/** A stretch of an essay, and what stands on it. */
export interface Stretch {
  readonly text: string;
  /** Criteria whose quotes it belongs to. */
  readonly quotes: readonly string[];
  readonly errors: readonly { readonly code: string; readonly type: string; readonly fix: string }[];
}

/** The essay cut where quotes and error spans begin and end; a passage is marked where it stands first. */
export function stretches({ essay, criteria }: ShownExample): Stretch[] {
  const marks = criteria.flatMap(({ evidence_quotes, errors }, at) => {
    const code = CODES[at] ?? "";
    const placed = (text: string) => ({ start: essay.indexOf(text), end: essay.indexOf(text) + text.length });
    return [
      ...evidence_quotes.map((quote) => ({ ...placed(quote), code, error: undefined })),
      ...errors.map(({ span, type, fix }) => ({ ...placed(span), code, error: { code, type, fix } })),
    ].filter(({ start, end }) => start >= 0 && end > start);
  });
  const cuts = [...new Set([0, essay.length, ...marks.flatMap(({ start, end }) => [start, end])])].sort(
    (a, b) => a - b,
  );
  return cuts.slice(1).map((end, at) => {
    const on = marks.filter((mark) => mark.start < end && mark.end > (cuts[at] ?? 0));
    const quotes = on.flatMap(({ code, error }) => (error ? [] : [code]));
    return {
      text: essay.slice(cuts[at], end),
      quotes: [...new Set(quotes)],
      errors: on.flatMap(({ error }) => error ?? []),
    };
  });
}
