import type { Tokenizer } from "corrigenda/text";
import { BYTE_ORDER_MARK, finetuneLine, type Target } from "./finetune-line.ts";
import { type SplitReport, splitter } from "./split.ts";
import { type Statistics, statistics } from "./statistics.ts";
import type { Finished, Rejected } from "./tables.ts";
import { checkFile, type FileCheck } from "./validate.ts";

/** Reading and writing, as the script wires it; paths are relative to the run's folder. */
export interface FileIo {
  write(path: string, lines: () => AsyncIterable<string> | Iterable<string>): Promise<number>;
  lines(path: string): AsyncIterable<string>;
}

export interface FilesOptions {
  /** Where the training files go. */
  readonly folder: string;
  /** Where every kept example goes, in the order of the rows. */
  readonly table: string;
  readonly target: Target;
  readonly ratio: number;
  readonly seed: number;
  readonly contextTokens: number;
  readonly tokenizer: Tokenizer;
}

/** What was written, for metadata.json and for the terminal. */
export interface MadeFiles {
  readonly train: FileCheck;
  /** Absent where no file was written. */
  readonly validation?: FileCheck;
  readonly split: SplitReport;
  readonly statistics: Statistics;
  readonly names: readonly string[];
}

/** Writes train.jsonl, validation.jsonl (where the ratio asks for it) and rejected.jsonl, then checks every line. */
export async function makeFiles(
  io: FileIo,
  rows: { finished(): AsyncIterable<Finished>; skipped(): AsyncIterable<Rejected> },
  options: FilesOptions,
): Promise<MadeFiles> {
  const { folder, table, target, ratio, seed } = options;
  const stats = statistics();
  const parts = splitter();
  const rejected: Rejected[] = [];
  await io.write(table, async function* () {
    for await (const one of rows.finished()) {
      stats.add(one);
      if (one.ok) {
        parts.add(one.example);
        yield finetuneLine(one.example, one.evidence);
      } else rejected.push(one.rejected);
    }
  });
  await io.write(`${folder}/rejected.jsonl`, async function* () {
    for await (const one of rows.skipped()) {
      stats.reject(one);
      yield JSON.stringify(one);
    }
    for (const one of rejected) yield JSON.stringify(one);
  });
  const { validation, report } = parts.split({ ratio, seed });
  const writeSide = async (name: string, isValidation: boolean): Promise<FileCheck> => {
    const path = `${folder}/${name}.jsonl`;
    await io.write(path, () => side(io.lines(table), (place) => validation[place] === isValidation, target));
    return checkFile(io.lines(path), { ...options, trains: !isValidation }, options.tokenizer);
  };
  const train = await writeSide("train", false);
  const names = ["train.jsonl", "rejected.jsonl"];
  if (report.validation === 0) return { train, split: report, statistics: stats.result(), names };
  const checked = await writeSide("validation", true);
  return {
    train,
    validation: checked,
    split: report,
    statistics: stats.result(),
    names: [...names, "validation.jsonl"],
  };
}

async function* side(
  lines: AsyncIterable<string>,
  belongs: (place: number) => boolean,
  target: Target,
): AsyncGenerator<string> {
  let [place, mark] = [0, BYTE_ORDER_MARK[target]];
  for await (const line of lines) {
    if (belongs(place)) {
      yield mark + line;
      mark = "";
    }
    place += 1;
  }
}
