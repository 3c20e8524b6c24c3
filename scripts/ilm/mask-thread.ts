// A thread of create-ilm-examples.ts and prepare.ts, never started by hand: masks blocks of documents.
import { parentPort, workerData } from "node:worker_threads";
import { blockMasker, type CorpusBlock, type MaskPlan } from "corrigenda/ilm";

const mask = blockMasker(workerData as MaskPlan);
parentPort?.on("message", (block: CorpusBlock) => {
  const masked = mask(block);
  parentPort?.postMessage(masked, [masked.bytes.buffer as ArrayBuffer]);
});
