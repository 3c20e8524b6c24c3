import type { Detail, TableOptions } from "corrigenda/report";
import { rightByTurn } from "./metrics-tally.ts";
import type { TraceRecord, TurnRecord } from "./types.ts";

/** What became of a question: why a trace is shown. */
export const FATES = ["improved", "broken", "unchanged", "asked once"] as const;
export type Fate = (typeof FATES)[number];

/** Traces of a fate that the page shows: the first ones in the order of the questions. */
const SHOWN_EACH = 10;
/** Characters of a text that the page keeps. */
const MOST_CHARS = 4_000;

export interface ShownTrace {
  readonly fate: Fate;
  readonly trace: TraceRecord;
}

/** Chooses the traces that are shown: the first ten of each fate. */
export function tracePicker(): { add(trace: TraceRecord): void; shown(): readonly ShownTrace[] } {
  const picked = new Map<Fate, TraceRecord[]>(FATES.map((fate) => [fate, []]));
  return {
    add: (trace) => {
      const own = picked.get(fateOf(trace));
      if (own && own.length < SHOWN_EACH) own.push(trace);
    },
    shown: () => [...picked].flatMap(([fate, traces]) => traces.map((trace) => ({ fate, trace }))),
  };
}

export function fateOf(trace: TraceRecord): Fate {
  const right = rightByTurn(trace);
  const [first, last] = [right[0], right.at(-1)];
  if (first !== last) return last ? "improved" : "broken";
  return trace.turns.length > 1 ? "unchanged" : "asked once";
}

/** The traces as a table; a click opens one, turn by turn. */
export function traceTable(shown: readonly ShownTrace[]): TableOptions {
  return {
    id: "traces",
    caption: `The first ${SHOWN_EACH} traces of each fate, in the order of the questions; a click on one opens it`,
    columns: [
      { key: "trace", label: "question" },
      { key: "fate", label: "fate" },
      { key: "right", label: "right, turn by turn" },
      { key: "turns", label: "turns" },
      { key: "tokens", label: "tokens" },
      { key: "asked", label: "asked again with", wide: true },
    ],
    pageRows: 4 * SHOWN_EACH,
    rows: shown.map(({ fate, trace }, at) => ({
      trace: { value: cut(trace.question_id, 40), detail: `trace-${at}` },
      fate: fate === "broken" ? { value: fate, failed: true } : fate,
      right: rightByTurn(trace)
        .map((right) => (right ? "●" : "○"))
        .join(" "),
      ...{ turns: trace.total_turns, tokens: trace.total_tokens },
      asked: trace.turns.flatMap(({ prompt_id }) => (prompt_id === null ? [] : [prompt_id])).join(", ") || null,
    })),
  };
}

/** What a click opens, by the ids of the table. */
export function traceDetails(shown: readonly ShownTrace[]): Record<string, Detail> {
  return Object.fromEntries(shown.map((one, at) => [`trace-${at}`, detailOf(one)]));
}

type Field = Detail["fields"][number];

function detailOf({ fate, trace }: ShownTrace): Detail {
  const right = rightByTurn(trace);
  return {
    title: `${cut(trace.question_id, 60)}: ${fate}`,
    fields: [
      { label: "Question", value: cut(trace.turns[0]?.question ?? "", MOST_CHARS), block: true },
      { label: "Reference answer", value: cut(trace.reference_answer, MOST_CHARS), block: true },
      { label: "Feedback", value: `${trace.feedback}; answers by ${trace.provider}` },
      ...trace.turns.flatMap((turn, at) => turnFields(turn, right[at] === true)),
    ],
  };
}

function turnFields(turn: TurnRecord, right: boolean): Field[] {
  const { turn_id: at, prompt_id, prompt_text, answer, error_mode, confidence_score, token_count, policy } = turn;
  const name = `Turn ${at + 1}`;
  return [
    ...(prompt_text === null
      ? []
      : [{ label: `${name}, prompt ${prompt_id}`, value: cut(prompt_text, MOST_CHARS), block: true }]),
    { label: `${name}, answer (${right ? "right" : "wrong"})`, value: cut(answer, MOST_CHARS), block: true },
    {
      label: `${name}, judged`,
      value: `${error_mode}, confidence ${confidence_score.toFixed(2)}; ${token_count.toLocaleString("en-US")} tokens`,
    },
    ...(policy
      ? [
          {
            label: `${name}, decision`,
            value: `${policy.action} (propensity ${policy.propensity.toPrecision(3)}${policy.explored ? ", explored" : ""}, reward ${policy.reward.toFixed(3)}) in ${policy.context_key}`,
          },
        ]
      : []),
  ];
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
