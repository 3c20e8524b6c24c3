import type { FinetuneData } from "./finetune.ts";
import { SPLITS, type SplitOptions } from "./finetune-split.ts";

export interface CardInput {
  readonly dataId: string;
  readonly run: string;
  readonly split: SplitOptions;
  readonly maxTokens: number;
  /** Who answered, and the model. */
  readonly provider: string;
  readonly model: string;
  readonly source: string;
  readonly licence: string;
  readonly mayLeaveMachine: boolean;
  /** Hash of the manifest that the labels come from. */
  readonly manifest: string;
  readonly manual: string | undefined;
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
}

/** README.md beside the data: what they are, where they come from, what may be done with them. */
export function dataCard(input: CardInput, data: FinetuneData): string {
  return [
    `# ${input.dataId}`,
    ...(input.provider === "offline"
      ? ["> **offline: simulated labels.** No model was asked. Use these files to try the chain, not to train."]
      : []),
    `Pages of research papers with the data sets that they mention, for fine-tuning. Made from run ${input.run} of the labeling study.`,
    table(
      [
        "split",
        input.split.by === "document" ? "documents" : "units",
        "pages",
        "with data",
        "data sets",
        "by hand",
        "tokens",
      ],
      [
        ...SPLITS.map((name) => {
          const { units, pages, withData, datasets, manual, tokens } = data.counts[name];
          return [name, units, pages, withData, datasets, manual, tokens];
        }),
      ],
    ),
    `## How it was made\n\n${howMade(input, data)}`,
    `## Left out\n\n${leftOut(data, input.maxTokens)}`,
    `## Rights\n\nTexts: ${input.source}; ${input.licence}.${input.mayLeaveMachine ? "" : " It is not known that they may be passed on: do not publish these files."} Labels: ${input.provider === "offline" ? "simulated" : `${input.model}, under its provider's terms`}${input.manual ? "; partly by hand" : ""}.`,
    `## Files\n\n${table(
      ["file", "bytes", "sha256"],
      input.files.map(({ path, bytes, sha256 }) => [path, bytes, sha256]),
    )}`,
    `Made from manifest ${input.manifest}.\n`,
  ].join("\n\n");
}

function howMade({ split, provider, model, manual }: CardInput, { duplicates, merged }: FinetuneData): string {
  const { by, seed, shares } = split;
  const lines = [
    `- Labels: ${provider === "offline" ? "the offline simulator" : `${model} (${provider})`}: extraction, judge, reasoning; what the reasoning left valid.`,
    `- Split by ${by}, seed ${seed}: test floor(n × ${shares.test}), valid floor(n × ${shares.valid}), train the rest.${by === "page" ? " **Pages of one document stand on several sides: scores on test are too good.**" : ""}`,
    duplicates.length === 0
      ? "- No copies of one another were found."
      : `- Copies kept on one side: ${duplicates.map((group) => group.map(code).join(" = ")).join("; ")}.`,
    "- A page without a valid data set answers `data_used: false`, also one that the prefilter left out.",
    ...(merged.unplaced > 0
      ? [`- ${merged.unplaced} valid mentions stand nowhere on their page and are not taught.`]
      : []),
    ...(manual === undefined
      ? []
      : [
          `- By hand, from ${code(manual)}: ${merged.replaced} pages in place of the model's answer, ${merged.added} added; ${merged.conflicts.length} conflicts (conflicts.jsonl), in which the hand won.`,
        ]),
  ];
  return lines.join("\n");
}

function leftOut({ leftOut: rows }: FinetuneData, maxTokens: number): string {
  const reasons = {
    "no text": "pages without text",
    "request failed": "pages whose request failed",
    "undecided mention": "pages with a mention that nobody decided",
    "too long": `pages of ${maxTokens} tokens or more, answer included (o200k_base)`,
  } as const;
  const lines = Object.entries(reasons).map(([reason, words]) => {
    return `- ${words}: ${rows.filter((row) => row.reason === reason).length}`;
  });
  return `${lines.join("\n")}\n\nleft-out.jsonl names each.`;
}

/** Names come from files: nothing in them is markup. */
function code(text: string): string {
  return `\`${text.replace(/[`\r\n|]/g, " ")}\``;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
