import type { openSource } from "corrigenda/dataset";
import type { Rebuild, readTable, textLines } from "corrigenda/engine";
import type { Disk } from "corrigenda/files";
import type { ModelRequest } from "corrigenda/provider";
import type { Manifest } from "corrigenda/results";
import { evaluationData, heldOutLines, heldOutRows, SCORE_COLUMNS, scoreItems } from "./evaluate.ts";
import { examplesOf, MappedLine } from "./pipeline.ts";
import { evidencePrompt } from "./prompts.ts";
import { scorePrompt } from "./score.ts";
import { EvidenceLine, firstItems, secondItems } from "./tables.ts";

/** What the script hands in, to read a run's rows again. */
export interface RebuildEffects {
  readonly openSource: typeof openSource;
  readonly readTable: typeof readTable;
  readonly textLines: typeof textLines;
  /** results/, and the folder that inputs are named from. */
  readonly root: Disk;
  readonly disk: Disk;
}

/** What a run's stages asked, again: evidence, evidence-again, scores of evaluations. @param asked their manifests by stage */
export function rebuildOf(effects: RebuildEffects, asked: ReadonlyMap<string, Manifest>): Rebuild {
  return (stage) => {
    const manifest = asked.get(stage);
    if (!manifest) return undefined;
    return stage.startsWith("scores-") ? scoreRequests(manifest, effects) : evidenceRequests(manifest, effects);
  };
}

function modelOf({ config }: Manifest): string {
  return (config as { readonly model: string }).model;
}

async function* evidenceRequests(
  manifest: Manifest,
  { readTable, root }: RebuildEffects,
): AsyncGenerator<ModelRequest> {
  const folder = `ielts/${manifest.run}`;
  const examples = examplesOf(readTable(root, `${folder}/rows/rows.jsonl`, MappedLine));
  const first = () => readTable(root, `${folder}/evidence/evidence.jsonl`, EvidenceLine);
  const prompt = evidencePrompt(modelOf(manifest));
  for await (const item of manifest.stage === "evidence" ? firstItems(examples) : secondItems(examples, first()))
    yield prompt.request(item);
}

async function* scoreRequests(
  manifest: Manifest,
  { openSource, textLines, disk }: RebuildEffects,
): AsyncGenerator<ModelRequest> {
  const [train = "", from = ""] = manifest.inputs.map(({ path }) => path);
  const place = { from, dataset: "", split: "", folder: "", hub: {}, columns: SCORE_COLUMNS };
  const held = manifest.command.includes("--from")
    ? heldOutRows((await openSource(disk, place)).table.rows())
    : heldOutLines(textLines(disk, from));
  const data = await evaluationData(textLines(disk, train), held);
  const prompt = scorePrompt(modelOf(manifest));
  for (const item of scoreItems(data.held)) yield prompt.request(item);
}
