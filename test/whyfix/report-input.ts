import { reportPage } from "corrigenda/report";
import {
  type Answer,
  blockedRecord,
  type Exchange,
  METHODS,
  matchedById,
  PAGE_LIMITS,
  pickedItems,
  pickRecords,
  type ReportInput,
  type Row,
  type Setup,
  type StructuredRecord,
  sampleSource,
  stepQuestion,
  structuredRecord,
  summarize,
  type WhyfixItem,
  whyfixPrompt,
  whyfixReport,
} from "corrigenda/whyfix";
import { fullRow, goodExplanation, reply, shipped } from "./fixture.ts";

export function rowsOf(n: number): Row[] {
  return Array.from({ length: n }, (_, index) => fullRow({ index }));
}

export interface RunOptions {
  readonly rows?: readonly Row[];
  /** What a test wants other than a good answer. */
  readonly change?: (record: StructuredRecord) => Partial<StructuredRecord>;
  /** The kept text of a reply; undefined: none is kept. */
  readonly kept?: (id: string) => string | undefined;
  readonly provider?: string;
  readonly isWhole?: boolean;
  readonly limits?: typeof PAGE_LIMITS;
}

/** A run's report input, put together as the script does it, with records that a test chooses. */
export async function runOf(
  options: RunOptions = {},
): Promise<ReportInput & { readonly records: readonly StructuredRecord[] }> {
  const {
    rows = rowsOf(3),
    provider = "offline",
    isWhole = true,
    kept = () => '{"a":1}',
    limits = PAGE_LIMITS,
  } = options;
  const experiment = shipped();
  const source = sampleSource("longman", "small");
  const setup: Setup = { experiment, source, dataset: "longman", inputs: [], rows, drops: new Map(), prompts: [] };
  const context = { experiment, provider };
  const changed = (record: StructuredRecord): StructuredRecord => ({ ...record, ...options.change?.(record) });
  const first = [...stepQuestion(setup, 1).rows()].map((item) => changed(recordOf(setup, item, provider)));
  const matched = matchedById(first);
  const step3 = stepQuestion(setup, 3, matched);
  const second = [...step3.rows()].map((item) => changed(recordOf(setup, item, provider)));
  const blocked = [...step3.blocked()].map((item) => blockedRecord(context, item));
  const records = isWhole ? [...first, ...second, ...blocked] : first;
  const summary = await summarize(experiment, provider, records);
  const picked = await pickRecords(summary, records, limits);
  const prompt = whyfixPrompt(experiment);
  const exchanges = new Map<string, Exchange>();
  for (const item of pickedItems(setup, picked, isWhole ? matched : undefined)) {
    const id = prompt.id(item);
    exchanges.set(id, { key: `key of ${id}`, request: prompt.request(item), reply: kept(id) });
  }
  const config = { sampleType: "m2:/home/someone/rows.m2" };
  return {
    run: "0622-1458",
    setup,
    config,
    provider: { name: provider },
    isWhole,
    summary,
    picked,
    exchanges,
    records,
  };
}

function recordOf({ experiment }: Setup, item: WhyfixItem, provider: string): StructuredRecord {
  const id = whyfixPrompt(experiment).id(item);
  const value = answerOf(item);
  return structuredRecord(
    { experiment, provider },
    { ok: true, id, key: "k", row: item, value, reply: reply("x"), usd: 0.25 },
  );
}

function answerOf({ cell }: WhyfixItem): Answer {
  const { kind } = METHODS[cell.method];
  if (kind === "knowledge") return { kind, payload: { matched: ["An item of the list."] }, notes: [] };
  if (kind === "explanation") return { kind, payload: goodExplanation, notes: [] };
  const lists = {
    corresponding_collocation_en: ["a -> b"],
    corresponding_collocation_examples_en: ["a -> b", "c -> d"],
    other_collocations_en: [],
    other_collocations_examples_en: [],
  };
  return { kind, payload: { ...goodExplanation, ...lists }, notes: [] };
}

/** The page of a run, drawn as the script draws it. */
export function pageOf(input: ReportInput, plotly = "0"): string {
  return reportPage(whyfixReport(input), plotly);
}
