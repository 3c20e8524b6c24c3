import type { Outcome } from "corrigenda/provider";
import { z } from "zod";
import { Evidence } from "./evidence.ts";
import type { Example } from "./example.ts";
import type { Item } from "./prompts.ts";

/** A line of evidence.jsonl: what came of one request. */
export const EvidenceLine = z.discriminatedUnion("ok", [
  z.strictObject({
    id: z.string(),
    row: z.number().int(),
    criterion: z.number().int(),
    ok: z.literal(true),
    evidence: Evidence,
  }),
  z.strictObject({
    id: z.string(),
    row: z.number().int(),
    criterion: z.number().int(),
    ok: z.literal(false),
    reason: z.string(),
    detail: z.string(),
  }),
]);
export type EvidenceLine = z.infer<typeof EvidenceLine>;

/** A line of rejected.jsonl. */
export const Rejected = z.strictObject({
  row: z.number().int(),
  /** The same for all that fail alike. */
  reason: z.string(),
  detail: z.string(),
});
export type Rejected = z.infer<typeof Rejected>;

/** The four requests of every example. */
export async function* firstItems(examples: AsyncIterable<Example>): AsyncGenerator<Item> {
  for await (const example of examples) for (const criterion of [0, 1, 2, 3] as const) yield { example, criterion };
}

/** The second requests: one for each that came to nothing. Both streams are in the order of the rows. */
export async function* secondItems(
  examples: AsyncIterable<Example>,
  lines: AsyncIterable<EvidenceLine>,
): AsyncGenerator<Item> {
  for await (const { example, evidence } of byExample(examples, lines))
    for (const line of evidence)
      if (!line.ok) yield { example, criterion: line.criterion as Item["criterion"], fault: line.reason };
}

export function evidenceLine(outcome: Outcome<Item, Evidence>): EvidenceLine {
  const { id, row: item } = outcome;
  const place = { id, row: item.example.row, criterion: item.criterion };
  if (outcome.ok) return { ...place, ok: true, evidence: outcome.value };
  const { reason, status } = outcome.error.facts;
  const word = typeof reason === "string" ? reason : status === undefined ? outcome.error.code : `status ${status}`;
  return { ...place, ok: false, reason: word, detail: outcome.error.message };
}

/** An example with all four pieces of evidence, or the reason why it has to go. */
export type Finished =
  | { readonly ok: true; readonly example: Example; readonly evidence: readonly Evidence[]; readonly asked: number }
  | { readonly ok: false; readonly example: Example; readonly rejected: Rejected };

/** Puts the replies back together; a second reply stands for the first one of its criterion. */
export async function* finished(
  examples: AsyncIterable<Example>,
  first: AsyncIterable<EvidenceLine>,
  second: AsyncIterable<EvidenceLine>,
): AsyncGenerator<Finished> {
  const again = second[Symbol.asyncIterator]();
  try {
    for await (const { example, evidence } of byExample(examples, first)) {
      const all: EvidenceLine[] = [];
      let asked = 0;
      for (const line of evidence) {
        if (line.ok) all.push(line);
        else {
          asked += 1;
          const next = await again.next();
          all.push(next.done ? line : next.value);
        }
      }
      const bad = all.find((line) => !line.ok);
      if (bad && !bad.ok)
        yield { ok: false, example, rejected: { row: example.row, reason: bad.reason, detail: bad.detail } };
      else yield { ok: true, example, evidence: all.flatMap((line) => (line.ok ? [line.evidence] : [])), asked };
    }
  } finally {
    await again.return?.(undefined);
  }
}

async function* byExample(
  examples: AsyncIterable<Example>,
  lines: AsyncIterable<EvidenceLine>,
): AsyncGenerator<{ readonly example: Example; readonly evidence: readonly EvidenceLine[] }> {
  const iterator = lines[Symbol.asyncIterator]();
  try {
    for await (const example of examples) {
      const evidence: EvidenceLine[] = [];
      while (evidence.length < 4) {
        const next = await iterator.next();
        if (next.done) break;
        evidence.push(next.value);
      }
      yield { example, evidence };
    }
  } finally {
    await iterator.return?.(undefined);
  }
}
