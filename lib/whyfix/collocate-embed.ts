import { StudyError } from "corrigenda/error";
import type { Provider, priceUsd, requestKey } from "corrigenda/provider";
import type { Journal, Store } from "corrigenda/store";
import type { Tokenizer } from "corrigenda/text";
import type { Clock } from "corrigenda/time";

/** What goes out in one call at most: what a lost reply would cost stays small. */
const CALL = { texts: 128, bytes: 100_000 };
const TRIES = 6;
const FIRST_WAIT_MS = 1_000;

/** A line of the stage's journal: before and after each paid call. */
export interface EmbedEvent {
  readonly t: "embed" | "kept" | "refused";
  readonly at: number;
  /** Key of the call's first text: it names the call. */
  readonly key: string;
  readonly texts: number;
  readonly usd: number;
}

export interface EmbedPlace {
  readonly provider: Provider;
  readonly store: Store;
  readonly journal: Journal<EmbedEvent>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** The stage that pays: "whyfix/<run>/<stage>". */
  readonly run: string;
  readonly model: string;
  readonly tokenizer: Pick<Tokenizer, "count">;
  readonly requestKey: typeof requestKey;
  readonly priceUsd: typeof priceUsd;
}

/** What is not kept yet. */
export interface EmbedPlan {
  /** Different texts, and those of them that have to be asked for. */
  readonly texts: number;
  readonly missing: readonly EmbedText[];
  readonly tokens: number;
  /** Undefined where no price is known. */
  readonly usd: number | undefined;
  /** Calls that went out and whose reply never came: they may have been billed. */
  readonly unknownUsd: number;
}

interface EmbedText {
  readonly key: string;
  readonly text: string;
  readonly tokens: number;
  readonly usd: number;
}

/** Counts and prices what has to be asked for. Nothing is sent. */
export async function planEmbeddings(place: EmbedPlace, texts: Iterable<string>): Promise<EmbedPlan> {
  const { provider, store, model, tokenizer } = place;
  if (!provider.embed)
    throw new StudyError("config", `${provider.name} has no embeddings; choose openai, azure, compatible or offline`);
  const different = [...new Set(texts)];
  const keys = different.map((text) => keyOf(place, text));
  const kept = await store.has(keys);
  const missing: EmbedText[] = [];
  let priced = true;
  for (const [i, text] of different.entries()) {
    if (kept[i]) continue;
    const tokens = tokenizer.count(text);
    const usage = { input: tokens, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 };
    const usd = place.priceUsd({ provider: provider.name, model, usage, batch: false, at: place.clock.now() });
    priced &&= usd !== undefined;
    missing.push({ key: keys[i] as string, text, tokens, usd: usd ?? 0 });
  }
  const usd = missing.reduce((sum, one) => sum + one.usd, 0);
  const tokens = missing.reduce((sum, one) => sum + one.tokens, 0);
  return {
    ...{ texts: different.length, missing, tokens },
    ...{ usd: priced ? usd : undefined, unknownUsd: unknownUsd(place.journal.past) },
  };
}

/**
 * Asks for what is missing, call by call: an intent in the journal before it, the vectors in the store after it. What is kept is
 * never asked for again. A call without an answer may have been paid: it stays in the journal as unknown.
 */
export async function fetchEmbeddings(
  place: EmbedPlace,
  { missing }: EmbedPlan,
  told: (done: number) => void,
): Promise<void> {
  let done = 0;
  for (const call of calls(missing)) {
    const vectors = await withPatience(place, call);
    const replies = vectors.map((vector, i) => {
      const { key, usd } = call[i] as EmbedText;
      return { key, run: place.run, via: "online", usd, raw: JSON.stringify({ embedding: toBase64(vector) }) };
    });
    await place.store.put(replies);
    await note(place, "kept", call);
    done += call.length;
    told(done);
  }
}

/** The kept vector of each text, of length 1, in the order of the texts. */
export async function* keptVectors(place: EmbedPlace, texts: Iterable<string>): AsyncGenerator<Float32Array> {
  let dimensions: number | undefined;
  for (const text of texts) {
    const kept = await place.store.get(keyOf(place, text));
    const encoded = (kept?.raw as { embedding?: unknown } | undefined)?.embedding;
    const vector = typeof encoded === "string" ? unit(fromBase64(encoded)) : undefined;
    dimensions ??= vector?.length;
    if (vector === undefined || vector.length !== dimensions)
      throw new StudyError("reply", `an embedding of ${place.model} is not in the store, or has another length`);
    yield vector;
  }
}

async function withPatience(place: EmbedPlace, call: readonly EmbedText[]): Promise<readonly Float32Array[]> {
  for (let tries = 1; ; tries++) {
    place.signal.throwIfAborted();
    await note(place, "embed", call);
    try {
      return checked(place, call, (await place.provider.embed?.(call.map(({ text }) => text))) ?? []);
    } catch (error) {
      if (!(error instanceof StudyError)) throw error;
      const status = Number(error.facts.status ?? 0);
      // The service answered and refused: nothing was billed.
      if (status >= 400) await note(place, "refused", call);
      const again = error.code === "network" || status === 429 || status >= 500;
      if (error.code === "quota" || !again || tries === TRIES) throw error;
      const wait = Number(error.facts.retryAfterMs ?? FIRST_WAIT_MS * 2 ** (tries - 1));
      await place.clock.sleep(wait, place.signal);
    }
  }
}

function checked(
  { model }: EmbedPlace,
  call: readonly EmbedText[],
  vectors: readonly Float32Array[],
): readonly Float32Array[] {
  const sound = vectors.every((vector) => {
    const length = lengthOf(vector);
    return vector.length === vectors[0]?.length && length > 0 && Number.isFinite(length);
  });
  if (sound && vectors.length === call.length) return vectors;
  throw new StudyError(
    "reply",
    `${model} sent ${vectors.length} embeddings for ${call.length} texts, or some without a direction; try another model`,
  );
}

function* calls(missing: readonly EmbedText[]): Generator<readonly EmbedText[]> {
  let [call, bytes] = [[] as EmbedText[], 0];
  for (const one of missing) {
    const size = Buffer.byteLength(one.text);
    if (call.length > 0 && (call.length === CALL.texts || bytes + size > CALL.bytes)) {
      yield call;
      [call, bytes] = [[], 0];
    }
    call.push(one);
    bytes += size;
  }
  if (call.length > 0) yield call;
}

function note({ journal, clock }: EmbedPlace, t: EmbedEvent["t"], call: readonly EmbedText[]): Promise<void> {
  const usd = call.reduce((sum, one) => sum + one.usd, 0);
  return journal.append({ t, at: clock.now(), key: call[0]?.key ?? "", texts: call.length, usd });
}

/** Intents that nothing followed: each stands for itself, also where the next try of the same call was kept. */
function unknownUsd(past: readonly EmbedEvent[]): number {
  let sum = 0;
  for (const { t, usd } of past) sum += t === "embed" ? usd : -usd;
  return Math.max(0, sum);
}

/** Vectors are asked for one model and text at a time as far as keys go: equal texts are one, in whatever calls they travel. */
function keyOf({ provider, model, requestKey }: EmbedPlace, text: string): string {
  const body = JSON.stringify({ model, input: text, encoding_format: "float" });
  return requestKey(provider, { endpoint: "/v1/embeddings", model, body, sample: 0 });
}

function toBase64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [i, value] of vector.entries()) bytes.writeFloatLE(value, i * 4);
  return bytes.toString("base64");
}

function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, "base64");
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
}

function unit(vector: Float32Array): Float32Array {
  const length = lengthOf(vector);
  return vector.map((value) => value / length);
}

function lengthOf(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}
