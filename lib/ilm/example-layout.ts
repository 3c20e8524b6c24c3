import type { Spans } from "./mask-hierarchical.ts";
import type { InfillTokens } from "./tokens-infill.ts";

/** What a model learns: answers after a context; without one; the whole text; left to right alone; right to left. */
export const TASKS = ["ilm", "no_context_ilm", "naive", "lm", "reverse_lm"] as const;
export type Task = (typeof TASKS)[number];

/** What a token is for. Labels are INFILL and INFILL_SPECIAL (and INFILL_REDUNDANT), and CONTEXT; the others never are. */
export const TARGET = {
  PAD: 0,
  CONTEXT: 1,
  CONTEXT_SPECIAL: 2,
  CONTEXT_INFILL_SEP: 3,
  INFILL: 4,
  INFILL_SPECIAL: 5,
  INFILL_REDUNDANT: 6,
} as const;

/** Tokens of one example and what each is for; no padding. */
export interface Example {
  readonly ids: Uint16Array;
  readonly types: Uint8Array;
}

/**
 * One example's tokens: "She ate <|infill_word|>! <|startofinfill|> cereal<|endofinfill|>".
 * @param ids of the whole document @param spans in tokens, ascending @param length tokens at most; what is behind is cut off
 * @see Donahue, Lee & Liang 2020, figure 2, https://aclanthology.org/2020.acl-main.225
 */
export function layout(
  ids: readonly number[],
  spans: Spans,
  tokens: InfillTokens,
  task: Task,
  length: number,
): Example {
  const [out, types]: [number[], number[]] = [[], []];
  const add = (from: Iterable<number>, type: number): void => {
    for (const id of from) {
      out.push(id);
      types.push(type);
    }
  };
  if (task === "ilm" || task === "naive") addContext(ids, spans, tokens, add);
  add([tokens.start], TARGET.CONTEXT_INFILL_SEP);
  if (task === "ilm" || task === "no_context_ilm") {
    for (let at = 0; at < spans.length; at += 3) {
      const start = spans[at + 1] ?? 0;
      add(ids.slice(start, start + (spans[at + 2] ?? 0)), TARGET.INFILL);
      add([tokens.end], TARGET.INFILL_SPECIAL);
    }
  } else {
    const first = out.length;
    add(task === "reverse_lm" ? ids.toReversed() : ids, TARGET.INFILL_REDUNDANT);
    add([tokens.end], TARGET.INFILL_REDUNDANT);
    markSpans(types, first, task === "reverse_lm" ? mirrored(spans, ids.length) : spans);
  }
  return { ids: Uint16Array.from(out.slice(0, length)), types: Uint8Array.from(types.slice(0, length)) };
}

/** Tokens of the context: a masked span is one. */
export function contextLength(tokens: number, spans: Spans): number {
  let length = tokens;
  for (let at = 0; at < spans.length; at += 3) length += 1 - (spans[at + 2] ?? 0);
  return length;
}

/** An example with zeros up to a length, as it is stored and fed in batches. */
export function padded({ ids, types }: Example, length: number): Example {
  const all = { ids: new Uint16Array(length), types: new Uint8Array(length) };
  all.ids.set(ids.subarray(0, length));
  all.types.set(types.subarray(0, length));
  return all;
}

function addContext(
  ids: readonly number[],
  spans: Spans,
  tokens: InfillTokens,
  add: (ids: Iterable<number>, type: number) => void,
): void {
  let from = 0;
  for (let at = 0; at < spans.length; at += 3) {
    const start = spans[at + 1] ?? 0;
    add(ids.slice(from, start), TARGET.CONTEXT);
    const mask = tokens.masks[spans[at] ?? -1];
    if (mask === undefined) throw new RangeError(`no infilling token for type ${spans[at]}`);
    add([mask], TARGET.CONTEXT_SPECIAL);
    from = start + (spans[at + 2] ?? 0);
  }
  add(ids.slice(from), TARGET.CONTEXT);
}

/** Where the whole text follows, masked tokens are answers, and the one behind each says that it ended. */
function markSpans(types: number[], first: number, spans: Spans): void {
  for (let at = 0; at < spans.length; at += 3) {
    const start = first + (spans[at + 1] ?? 0);
    const end = start + (spans[at + 2] ?? 0);
    types.fill(TARGET.INFILL, start, end);
    types[end] = TARGET.INFILL_SPECIAL;
  }
}

function mirrored(spans: Spans, length: number): Spans {
  const all: number[] = [];
  for (let at = spans.length - 3; at >= 0; at -= 3) {
    const size = spans[at + 2] ?? 0;
    all.push(spans[at] ?? 0, length - (spans[at + 1] ?? 0) - size, size);
  }
  return all;
}
