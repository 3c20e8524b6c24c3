import type { dollars } from "corrigenda/cli";
import type { DataInput, Declaration, NoRow } from "corrigenda/dataset";
import type {
  askStages,
  parentOf,
  readTable,
  StageSpec,
  tableStage,
  textLines,
  Workplace,
  writeLines,
} from "corrigenda/engine";
import { StudyError } from "corrigenda/error";
import type { priceUsd, requestKey } from "corrigenda/provider";
import type { Metrics, Stage, StageResult } from "corrigenda/results";
import { wilson } from "corrigenda/stats";
import type { openJournal } from "corrigenda/store";
import { encodingOf, loadTokenizer } from "corrigenda/text";
import { type CorpusSource, sentencesOf } from "./collocate-corpus.ts";
import { type EmbedEvent, type EmbedPlace, fetchEmbeddings, keptVectors, planEmbeddings } from "./collocate-embed.ts";
import { type CollocationRow, collocationOf, entryText, formatEntry, parseEntry } from "./collocate-entry.ts";
import { collocatedRows, listLines } from "./collocate-output.ts";
import { rank } from "./collocate-rank.ts";
import { RELEVANCE_TOKENS, RelevanceLine, Retrieved, relevanceLines, relevancePrompt } from "./collocate-relevance.ts";
import type { Row } from "./data/index.ts";
import type { Setup } from "./setup.ts";

/** What the script hands in. */
export interface CollocateEffects {
  readonly askStages: typeof askStages;
  readonly dollars: typeof dollars;
  readonly openJournal: typeof openJournal;
  readonly parentOf: typeof parentOf;
  readonly priceUsd: typeof priceUsd;
  readonly readTable: typeof readTable;
  readonly requestKey: typeof requestKey;
  readonly tableStage: typeof tableStage;
  readonly textLines: typeof textLines;
  readonly writeLines: typeof writeLines;
}

export interface CollocateRun {
  readonly place: Workplace;
  readonly spec: Omit<StageSpec, "stage">;
  readonly setup: Setup;
  /** Whose rules hold for what is sent: those of the data set. The corpus's were asked before. */
  readonly dataset: Declaration;
  readonly iMaySend: boolean;
  readonly source: CorpusSource;
  readonly corpus: () => DataInput;
  /** text-embedding-3-small or -large. */
  readonly embeddingModel: string;
  /** Of the file that is made: `<name>_with_collocation_{small,large}.json`. */
  readonly file: string;
  readonly maxCostUsd: number | undefined;
}

const STAGES = { retrieval: "retrieval", requests: "relevance-requests", relevance: "relevance", made: "collocations" };

/** The stages of a run, each kept: retrieval, relevance-requests, relevance, collocations. Returns the file made, relative to results/. */
export async function collocateRun(effects: CollocateEffects, run: CollocateRun): Promise<string> {
  const { place, spec, setup, file } = run;
  const { root } = place;
  const at = (path: string): string => `${spec.study}/${spec.run}/${path}`;
  const first = { ...spec, stage: STAGES.retrieval };
  await effects.tableStage({ ...place, spec: first }, (stage) => retrieve(effects, run, stage));
  const retrieved = () => effects.readTable(root, at(`${STAGES.retrieval}/retrieval.jsonl`), Retrieved);
  const relevance = () => effects.readTable(root, at(`${STAGES.relevance}/relevance.jsonl`), RelevanceLine);
  const question = {
    ...{ prompt: relevancePrompt(checker(setup)), rows: () => withCandidates(retrieved()), output: RELEVANCE_TOKENS },
    ...{ guard: { dataset: run.dataset, iMaySend: run.iMaySend, redact: false }, maxCostUsd: run.maxCostUsd },
  };
  const second = { ...spec, parents: [await effects.parentOf(root, first)] };
  await effects.askStages(place, second, question, {
    ...{ submit: STAGES.requests, collect: STAGES.relevance, once: false, lines: relevanceLines },
    metrics: () => relevanceMetrics(relevance(), place.provider.name),
  });
  const parents = [await effects.parentOf(root, { ...spec, stage: STAGES.relevance })];
  const third = { ...spec, stage: STAGES.made, parents };
  await effects.tableStage({ ...place, spec: third }, async ({ path }) => {
    const corpus = await readCorpus(effects.textLines(root, at(`${STAGES.retrieval}/corpus.txt`)));
    const rows = collocatedRows(setup.rows, corpus, retrieved(), relevance());
    const count = { all: 0, found: 0 };
    await effects.writeLines(root, path(file), () => listLines(counted(rows, count)));
    const share = shareOf("rows with a relevant collocation", count.found, count.all, place.provider.name);
    return {
      outputs: [file],
      counts: { done: count.found, failed: 0 },
      metrics: { headline: share, metrics: [share] },
    };
  });
  return at(`${STAGES.made}/${file}`);
}

/** Counts the corpus, embeds what is new, ranks. Everything that is sent was priced before. */
async function retrieve(effects: CollocateEffects, run: CollocateRun, stage: Stage): Promise<StageResult> {
  const { place, setup } = run;
  const corpus = await readSource(run);
  const texts = corpus.map(textOf);
  const queries = setup.rows.flatMap((row) => {
    const one = collocationOf(row);
    return one === undefined ? [] : [{ row, text: entryText(one) }];
  });
  const journal = await effects.openJournal<EmbedEvent>(place.root, stage.path("journal.jsonl"));
  try {
    const embed: EmbedPlace = {
      ...{ provider: place.provider, store: place.store, clock: place.clock, signal: place.signal },
      ...{ journal, run: stage.folder, model: run.embeddingModel },
      tokenizer: await loadTokenizer(encodingOf(run.embeddingModel)),
      ...{ requestKey: effects.requestKey, priceUsd: effects.priceUsd },
    };
    const plan = await planEmbeddings(embed, [...texts, ...queries.map(({ text }) => text)]);
    await approve(effects, run, { folder: stage.folder, plan });
    const total = plan.missing.length;
    await fetchEmbeddings(embed, plan, (done) =>
      place.progress.update({ label: "embeddings", total, done, failed: 0 }),
    );
    const vectors: Float32Array[] = [];
    for await (const vector of keptVectors(
      embed,
      queries.map(({ text }) => text),
    ))
      vectors.push(vector);
    const asked = queries.map(({ text }, i) => ({ text, vector: vectors[i] as Float32Array }));
    const ranked = rank({ queries: asked, texts, vectors: () => keptVectors(embed, texts) });
    await effects.writeLines(place.root, stage.path("corpus.txt"), () => corpus.map(formatEntry));
    await effects.writeLines(place.root, stage.path("retrieval.jsonl"), async function* () {
      let i = 0;
      for await (const best of ranked) {
        const { row, text: query } = queries[i++] as (typeof queries)[number];
        const candidates = best.map((one) => ({ ...one, text: texts[one.at] as string }));
        const { index, formatted_sentence } = row;
        yield JSON.stringify({ index, formatted_sentence, query, candidates } satisfies Retrieved);
      }
    });
    const actualUsd = await place.store.spentUsd(stage.folder);
    const usd = plan.usd ?? 0;
    return {
      ...{ outputs: ["corpus.txt", "retrieval.jsonl"], counts: { done: queries.length, corpus: corpus.length } },
      tokens: { input: plan.tokens, cached: 0, output: 0, reasoning: 0 },
      cost: { estimateUsd: total === 0 ? null : { low: usd, mean: usd, high: usd }, actualUsd },
    };
  } finally {
    await journal.close();
  }
}

async function readSource({ place, setup, source, corpus }: CollocateRun): Promise<CollocationRow[]> {
  const drops = new Map<string, { readonly none: NoRow; count: number }>();
  const rows = await source.read(corpus(), sentencesOf(setup.rows), (none) => {
    const known = drops.get(none.reason) ?? { none, count: 0 };
    known.count += 1;
    drops.set(none.reason, known);
  });
  for (const [reason, { none, count }] of drops)
    place.log.info(`corpus, left out: ${count} ${none.kind}: ${reason} (first at ${none.place})`);
  place.log.info(`corpus: ${rows.length} collocation rows from ${source.file}`);
  if (rows.length > 0) return rows;
  const sentence = `${source.file} holds no corrected collocation outside the data set; name another --corpus`;
  throw new StudyError("dataset", sentence);
}

type Plan = Awaited<ReturnType<typeof planEmbeddings>>;

/** Says what the embeddings will cost, before anything is sent; refuses what passes the limit. */
async function approve(
  { dollars: shown }: CollocateEffects,
  { place, embeddingModel, maxCostUsd }: CollocateRun,
  { folder, plan }: { readonly folder: string; readonly plan: Plan },
): Promise<void> {
  const { texts, missing, tokens, usd, unknownUsd } = plan;
  const isOffline = place.provider.name === "offline";
  const price = usd === undefined ? "no price is known" : `${shown(usd)}${isOffline ? ", simulated" : ""}`;
  const stand = isOffline ? ` (hashed 3-grams stand in for ${embeddingModel})` : "";
  place.log.info(
    `embeddings: ${missing.length} of ${texts} texts to ask${stand}, ${tokens.toLocaleString("en-US")} tokens, ${price}`,
  );
  if (unknownUsd > 0)
    place.log.warn(`${shown(unknownUsd)} of embedding calls had no answer; they may have been billed`);
  if (maxCostUsd === undefined || missing.length === 0) return;
  if (usd === undefined)
    throw new StudyError(
      "config",
      `no price is known for ${embeddingModel}, so --max-cost cannot be kept; leave it out`,
    );
  const all = usd + unknownUsd + (await place.store.spentUsd(folder));
  if (all <= maxCostUsd) return;
  throw new StudyError(
    "budget",
    `the embeddings would cost ${shown(all)}, above --max-cost ${maxCostUsd}; raise it and run the same command`,
  );
}

/** Rows for which there is something to check. */
async function* withCandidates(rows: AsyncIterable<Retrieved>): AsyncGenerator<Retrieved> {
  for await (const row of rows) if (row.candidates.length > 0) yield row;
}

/** Who checks: the experiment's own model. */
function checker({ experiment: { run, provider } }: Setup): Parameters<typeof relevancePrompt>[0] {
  const { kind, name } = run.model;
  const model = provider.deployment ?? name;
  return kind === "gpt" ? { model, temperature: run.temp.value } : { model, effort: run.effort.value };
}

async function readCorpus(lines: AsyncIterable<string>): Promise<CollocationRow[]> {
  const rows: CollocationRow[] = [];
  for await (const line of lines) {
    const row = parseEntry(line, "corpus.txt");
    if (!("ok" in row)) rows.push(row);
  }
  return rows;
}

async function* counted(rows: AsyncIterable<Row>, count: { all: number; found: number }): AsyncGenerator<Row> {
  for await (const row of rows) {
    count.all += 1;
    if (row.collocations !== "nan") count.found += 1;
    yield row;
  }
}

async function relevanceMetrics(lines: AsyncIterable<RelevanceLine>, provider: string): Promise<Metrics> {
  const count = { all: 0, needed: 0, found: 0, failed: 0 };
  for await (const { needed, relevant, error } of lines) {
    count.all += 1;
    if (needed) count.needed += 1;
    if (relevant.length > 0) count.found += 1;
    if (error !== undefined) count.failed += 1;
  }
  const share = (name: string, n: number): Metrics["headline"] => shareOf(name, n, count.all, provider);
  const headline = share("checked rows with a relevant collocation", count.found);
  const others = [share("checked rows that need collocations", count.needed), share("failed checks", count.failed)];
  return { headline, metrics: [headline, ...others] };
}

function shareOf(name: string, hits: number, n: number, provider: string): Metrics["headline"] {
  const { low, high } = n === 0 ? { low: null, high: null } : wilson(hits, n);
  return { name, value: n === 0 ? 0 : hits / n, low, high, n, unit: "share", provider };
}

function textOf(row: CollocationRow): string {
  return entryText({ error: row.error_collocation, correct: row.correct_collocation });
}
