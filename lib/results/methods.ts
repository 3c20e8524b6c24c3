import { type Disk, readText } from "corrigenda/files";
import { type Json, sha256 } from "corrigenda/json";
import { intervalText } from "corrigenda/text";
import type { Manifest, Metrics } from "./manifest.ts";
import { type RunName, runFolder, stageFolder } from "./names.ts";
import { readManifest, readMetrics, stagesOf } from "./read.ts";

/** A finished stage as the text on methods uses it. */
export interface MethodsStage {
  readonly manifest: Manifest;
  /** Of the file manifest.json. */
  readonly manifestSha256: string;
  readonly metrics: Metrics | undefined;
}

/** Longest config that is shown, characters; its sha256 stands beside it. */
const CONFIG_CHARS = 2_000;

/** Writes `<run>/methods.md` from the run's finished stages; returns its path. */
export async function writeMethods(root: Disk, name: RunName): Promise<string> {
  const stages: MethodsStage[] = [];
  for await (const { stage } of stagesOf(root, name)) {
    const folder = stageFolder({ ...name, stage });
    const manifest = await readManifest(root, folder);
    if (!manifest) continue;
    const manifestSha256 = sha256(await readText(root, `${folder}/manifest.json`));
    stages.push({ manifest, manifestSha256, metrics: await readMetrics(root, folder) });
  }
  const path = `${runFolder(name)}/methods.md`;
  await root.write(path, methodsText(name, stages));
  return path;
}

/**
 * What a paper has to say on a run, as Markdown: a paragraph to adapt, then stages, inputs, prompts and settings with
 * their hashes. Made of manifests and metrics alone, so equal runs give equal texts.
 */
export function methodsText(name: RunName, given: readonly MethodsStage[]): string {
  const stages = [...given].sort((a, b) => (a.manifest.startedAt < b.manifest.startedAt ? -1 : 1));
  const manifests = stages.map(({ manifest }) => manifest);
  return [
    `# Methods of ${name.study} ${name.run}`,
    "A draft to adapt. Every figure is from the manifests of this run.",
    ...warning(manifests),
    paragraph(manifests, stages.findLast(({ metrics }) => metrics)?.metrics),
    "## Stages",
    stageTable(stages),
    ...list("Inputs", unique(manifests.flatMap(({ inputs }) => inputs.map(({ path, sha256: hash }) => [path, hash])))),
    ...list("Prompts", unique(manifests.flatMap(({ prompts }) => prompts.map((one) => [one.name, one.sha256])))),
    ...settings(manifests),
    "## Check",
    `\`npx zx scripts/results/verify.ts ${name.study}/${name.run}\` computes every hash again; \`reproduce.ts\` runs the same commands again.`,
  ]
    .join("\n\n")
    .concat("\n");
}

function providersOf(manifests: readonly Manifest[]): string[] {
  const names = manifests.map(({ config }) => (config as { provider?: { name?: Json } } | null)?.provider?.name);
  return [...new Set(names.filter((name) => typeof name === "string"))];
}

function warning(manifests: readonly Manifest[]): string[] {
  if (!providersOf(manifests).includes("offline")) return [];
  return [
    "**The answers were simulated (provider: offline). No model was asked, so no figure here is about any model.**",
  ];
}

function paragraph(manifests: readonly Manifest[], metrics: Metrics | undefined): string {
  const days = [
    ...new Set(manifests.flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]).map((at) => at.slice(0, 10))),
  ].sort();
  const when = days.length < 2 ? `on ${days[0] ?? "an unknown day"}` : `from ${days[0]} to ${days.at(-1)}`;
  const last = manifests.at(-1)?.environment;
  const code = unique(
    manifests.map(({ environment: { commit, dirtySha256 } }) => [commit ?? "unknown commit", dirtySha256 ?? ""]),
  );
  const commits = [
    ...new Set(
      code.map(([commit, dirty]) => `\`${(commit ?? "").slice(0, 12)}\`${dirty ? " with uncommitted changes" : ""}`),
    ),
  ];
  return [
    `The run was made ${when} (UTC) with Corrigenda, commit ${commits.join(", ")}, on Node.js ${last?.node ?? "unknown"}, ${last?.os ?? ""} (${last?.arch ?? ""}).`,
    asked(manifests),
    seeds(manifests),
    ...(metrics ? [result(metrics)] : []),
  ].join(" ");
}

/** Who was asked, how often, at what price. */
function asked(manifests: readonly Manifest[]): string {
  const providers = providersOf(manifests);
  const models = [...new Set(manifests.flatMap(({ models: uses }) => uses.map(modelText)))];
  const sum = (of: (manifest: Manifest) => number): number => manifests.reduce((total, one) => total + of(one), 0);
  const [input, output] = [sum(({ tokens }) => tokens.input), sum(({ tokens }) => tokens.output)];
  if (models.length === 0 && input + output === 0)
    return providers.includes("offline")
      ? "Answers came from a simulator inside the script; no request was sent."
      : "No model service was asked.";
  const prices = manifests.map(({ environment }) => environment.versions.prices).find((one) => one !== undefined);
  const who = providers.map((name) => (name === "offline" ? "an offline simulator" : code(name))).join(", ");
  const cached = sum(({ tokens }) => tokens.cached);
  const reasoning = sum(({ tokens }) => tokens.reasoning);
  const asking = ({ requestsRoot, tokens }: Manifest): boolean => requestsRoot !== null || tokens.input > 0;
  const replies = sum((one) => (asking(one) ? (one.counts.done ?? 0) : 0));
  const failed = sum((one) => (asking(one) ? (one.counts.failed ?? 0) : 0));
  const rows = replies + failed === 0 ? "" : ` ${number(replies)} rows were answered, ${number(failed)} failed.`;
  return (
    `Answers were asked of ${models.join("; ") || "the models named below"} through ${who || "a provider that no manifest names"}.${rows}` +
    ` ${number(input)} input tokens (${number(cached)} cached) and ${number(output)} output tokens (${number(reasoning)} of reasoning)` +
    ` cost ${dollars(sum(({ cost }) => cost.actualUsd))}${providers.includes("offline") ? ", simulated," : ""} at the prices of ${prices ?? "an unknown table"}.`
  );
}

function modelText({ requested, returned, fingerprints }: Manifest["models"][number]): string {
  const others = returned.filter((one) => one !== requested);
  const prints = fingerprints.length === 0 ? "" : `, fingerprints ${fingerprints.map(code).join(", ")}`;
  return `${code(requested)}${others.length === 0 ? "" : ` (answered as ${others.map(code).join(", ")})`}${prints}`;
}

function seeds(manifests: readonly Manifest[]): string {
  const all = unique(
    manifests.flatMap(({ seeds: own }) => Object.entries(own).map(([key, value]) => [key, String(value)])),
  );
  return all.length === 0
    ? "No seed was set."
    : `Seeds: ${all.map(([key, value]) => `${plain(key ?? "")} ${plain(value ?? "")}`).join(", ")}.`;
}

function result({ headline }: Metrics): string {
  const [value, ends] = intervalText(headline).split(" [");
  const interval = ends === undefined ? "" : `95 % interval ${ends.replace("]", "").replace(", ", " to ")}, `;
  const simulated = headline.provider === "offline" ? ", simulated" : "";
  return `Main number: ${plain(headline.name)} ${value}${headline.unit === "share" ? "" : ` ${plain(headline.unit).replace(/^%$/, "")}`.trimEnd()} (${interval}n = ${number(headline.n)}${simulated}).`;
}

function stageTable(stages: readonly MethodsStage[]): string {
  const rows = stages.map(({ manifest, manifestSha256 }) => {
    const { stage, endedAt, counts, tokens, cost } = manifest;
    const counted = Object.entries(counts).map(([name, count]) => `${plain(name)} ${number(count)}`);
    const cells = [
      stage,
      endedAt.slice(0, 16).replace("T", " "),
      counted.join(", "),
      number(tokens.input),
      number(tokens.output),
    ];
    return `| ${[...cells, dollars(cost.actualUsd), `\`${manifestSha256}\``].join(" | ")} |`;
  });
  const head = "| stage | ended (UTC) | counts | tokens in | tokens out | cost | sha256 of its manifest |";
  return [head, "|---|---|---|---:|---:|---:|---|", ...rows].join("\n");
}

function list(title: string, items: readonly (readonly string[])[]): string[] {
  if (items.length === 0) return [];
  return [`## ${title}`, items.map(([name, hash]) => `- ${code(name ?? "")} \`${hash}\``).join("\n")];
}

/** Each config once, with the stages that share it. */
function settings(manifests: readonly Manifest[]): string[] {
  const groups = Map.groupBy(manifests, ({ configSha256 }) => configSha256);
  const shown = [...groups.values()].map((group) => {
    const text = JSON.stringify(group[0]?.config);
    const cut = text.length <= CONFIG_CHARS ? text : `${text.slice(0, CONFIG_CHARS)}… (cut; config.json has it whole)`;
    return `- ${group.map(({ stage }) => stage).join(", ")}: ${code(cut)}`;
  });
  return shown.length === 0 ? [] : ["## Settings", shown.join("\n")];
}

function unique(pairs: readonly (readonly string[])[]): string[][] {
  return [...new Set(pairs.map((pair) => JSON.stringify(pair)))].sort().map((pair) => JSON.parse(pair) as string[]);
}

function number(count: number): string {
  return count.toLocaleString("en-US");
}

function dollars(usd: number): string {
  return `$${usd.toFixed(usd === 0 || usd >= 0.1 ? 2 : 4)}`;
}

/** Names are data: no markup of theirs counts. */
function plain(text: string): string {
  return text.replace(/[\r\n]+/g, " ").replace(/[\\`*_[\]<>|#]/g, "\\$&");
}

/** Code spans take no escapes, so a text's own backticks become primes. */
function code(text: string): string {
  return `\`${text.replace(/[\r\n]+/g, " ").replaceAll("`", "′")}\``;
}
