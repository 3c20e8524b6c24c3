import { StudyError } from "corrigenda/error";
import { type Disk, readText } from "corrigenda/files";
import { z } from "zod";
import { fetchFile } from "./download.ts";
import { fileOf, type HubOptions, pin, tree } from "./hub.ts";

/** Weights of the hub, here. */
export interface HubModel {
  /** Of config.json, vocab.json and model.safetensors (or its parts with their index). */
  readonly folder: string;
  /** The commit's sha. */
  readonly revision: string;
}

const Fetched = z.object({ model: z.string(), revision: z.string().regex(/^[0-9a-f]{40,64}$/) });
/** Never a pickle: reading one can run anything. */
const WEIGHTS = /^model(?:-\d+-of-\d+)?\.safetensors$/;
const WANTED = /^(?:config\.json|vocab\.json|model\.safetensors\.index\.json)$/;

/** Whether a name may be that of a model of the hub: <owner>/<name>. */
function isHubName(name: string): boolean {
  return /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(name);
}

/**
 * Fetches a model's config.json, vocab.json and safetensors into `folder`, once: what was fetched whole is used from then on without
 * asking the hub, what broke off goes on where it stopped. Throws StudyError "network" where the hub cannot be reached,
 * "dataset" where it has no such model, or no safetensors of it.
 */
export async function fetchModel(
  disk: Disk,
  folder: string,
  model: string,
  options: HubOptions = {},
  tell: (path: string, bytes: number) => void = () => undefined,
): Promise<HubModel> {
  const own = `${folder}/${model.replace("/", "--")}`;
  const record = `${own}/fetched.json`;
  if ((await disk.size(record)) !== undefined) {
    const { revision } = Fetched.parse(JSON.parse(await readText(disk, record)));
    return { folder: `${own}/${revision}`, revision };
  }
  const repository = `models/${model}` as const;
  const asked = { instead: `put its config.json and model.safetensors into a folder and name that`, ...options };
  const revision = isHubName(model) ? await pin(repository, "main", asked) : undefined;
  if (revision === undefined)
    throw new StudyError("dataset", `the hub has no model "${model.slice(0, 100)}"; write <owner>/<name> as it does`);
  const entries = (await tree(repository, revision, asked)).filter(
    ({ path }) => WEIGHTS.test(path) || WANTED.test(path),
  );
  if (!entries.some(({ path }) => WEIGHTS.test(path)))
    throw new StudyError(
      "dataset",
      `${model} has no model.safetensors on the hub; other forms of weights are not read`,
    );
  for (const entry of entries) {
    const file = fileOf(entry, repository, revision, asked);
    tell(file.path, file.bytes);
    await fetchFile(disk, `${own}/${revision}/${file.path}`, file, asked);
  }
  await disk.write(record, `${JSON.stringify({ model, revision })}\n`);
  return { folder: `${own}/${revision}`, revision };
}
