// A thread's entry, never imported: counts tokens, posts the counts and ends.
import { parentPort, workerData } from "node:worker_threads";
import { type EncodingName, loadTokenizer } from "corrigenda/text";

const { encoding, texts } = workerData as { readonly encoding: EncodingName; readonly texts: readonly string[] };
loadTokenizer(encoding).then((tokenizer) => parentPort?.postMessage(texts.map((text) => tokenizer.count(text))));
