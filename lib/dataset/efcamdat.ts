import { StudyError } from "corrigenda/error";
import type { DataInput, Dataset, RowOrBad } from "./types.ts";

/** A text that a learner wrote. */
export interface LearnerText {
  readonly id: string;
  /** What it is written in: "EN", "DE", "IT", "CZ". */
  readonly language: string;
  /** The learner's first language, as the data set names it; "" where it says none. */
  readonly l1: string;
  /** CEFR: "A1" to "C2". */
  readonly level: string;
  /** As written, errors and all; "" where it is missing. */
  readonly text: string;
}

/** The EF-Cambridge Open Language Database, as one CSV. @see Geertzen, Alexopoulou & Korhonen 2013; Shatz 2020 */
export const efcamdat: Dataset<LearnerText> = {
  name: "efcamdat",
  source: "EFCAMDAT, https://ef-lab.mmll.cam.ac.uk/EFCAMDAT.html",
  licence: "for registered researchers, no redistribution",
  mayLeaveMachine: false,
  rows: readEfcamdat,
};

const COLUMNS = ["writing_id", "l1", "cefr_level", "text"] as const;
const [QUOTE, COMMA, NEWLINE, RETURN] = [34, 44, 10, 13];
/** A quote that never closes is told before it has eaten the file. */
const MOST_BYTES = 16 << 20;

/** Throws StudyError "dataset" where a column is missing or a quote is left open. */
async function* readEfcamdat({ file, bytes }: DataInput): AsyncGenerator<RowOrBad<LearnerText>> {
  const cells = new Cells();
  let columns: { readonly places: readonly number[]; readonly count: number } | undefined;
  let line = 1;
  for await (const block of wholeRecords(bytes, file, cells)) {
    for (let at = 0; at < block.length; ) {
      const [start, first] = [at, line];
      at = cells.scan(block, at, true);
      for (let end = block.indexOf(NEWLINE, start); end >= 0 && end < at; end = block.indexOf(NEWLINE, end + 1))
        line += 1;
      if (cells.count === 1 && cells.isEmpty(0)) continue;
      if (!columns) {
        columns = { places: columnPlaces(cells.all(block), file), count: cells.count };
        continue;
      }
      const place = `${file}:${first}`;
      const reason = cells.count === columns.count ? undefined : "the row has another number of cells than the header";
      const [id = "", l1 = "", level = "", text = ""] = columns.places.map((column) => cells.text(block, column));
      if (reason) yield { ok: false, kind: "bad", place, reason };
      else if (!/^[ABC][12]$/.test(level))
        yield { ok: false, kind: "bad", place, reason: "the row names no CEFR level" };
      else yield { ok: true, place, row: { id, language: "EN", l1, level, text } };
    }
  }
}

function columnPlaces(names: readonly string[], file: string): number[] {
  const header = names.map((name) => name.replace(/^\uFEFF/, "").trim());
  return COLUMNS.map((column) => {
    const place = header.indexOf(column);
    if (place >= 0) return place;
    const found = header.join(", ").slice(0, 200);
    throw new StudyError(
      "dataset",
      `${file} has no column ${column}, only ${found}; EFCAMDAT's CSV has ${COLUMNS.join(", ")}`,
    );
  });
}

/** The bytes in blocks that end where a record does; the last one ends in a newline. */
async function* wholeRecords(bytes: AsyncIterable<Uint8Array>, file: string, cells: Cells): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const part of bytes) {
    const block = Buffer.concat([rest, part]);
    let end = 0;
    for (let next = cells.scan(block, 0, false); next >= 0; next = cells.scan(block, end, false)) end = next;
    rest = block.subarray(end);
    if (rest.length > MOST_BYTES)
      throw new StudyError("dataset", `${file}: a row is longer than ${MOST_BYTES} bytes; a quote in it is left open`);
    if (end > 0) yield block.subarray(0, end);
  }
  if (rest.length > 0) yield Buffer.concat([rest, Buffer.of(NEWLINE)]);
}

/** Where the cells of one record lie. It is filled again for each record, so that none costs an object. */
class Cells {
  count = 0;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #escaped: boolean[] = [];

  /**
   * Finds the cells of the record at `from`; where the next one begins, -1 where this one is not whole. A quote that
   * neither ends a cell nor is doubled stands for itself. @param last nothing follows the block
   */
  scan(block: Buffer, from: number, last: boolean): number {
    this.count = 0;
    let at = from;
    for (;;) {
      if (at >= block.length && !last) return -1;
      const quoted = block[at] === QUOTE;
      const end = quoted ? this.#closingQuote(block, at + 1, last) : plainEnd(block, at);
      if (end < 0) return -1;
      this.#starts[this.count] = quoted ? at + 1 : at;
      let behind = quoted ? end + 1 : end;
      if (behind >= block.length && !last) return -1;
      const trailingReturn = !quoted && block[end - 1] === RETURN && end > at && block[end] !== COMMA;
      this.#ends[this.count] = trailingReturn ? end - 1 : end;
      if (!quoted) this.#escaped[this.count] = false;
      this.count += 1;
      if (quoted && block[behind] === RETURN) behind += 1;
      if (behind >= block.length || block[behind] === NEWLINE) return Math.min(behind + 1, block.length);
      at = behind + 1;
    }
  }

  isEmpty(cell: number): boolean {
    return this.#starts[cell] === this.#ends[cell];
  }

  text(block: Buffer, cell: number): string {
    if (cell >= this.count) return "";
    const text = block.toString("utf8", this.#starts[cell], this.#ends[cell]);
    return this.#escaped[cell] ? text.replaceAll('""', '"') : text;
  }

  all(block: Buffer): string[] {
    return Array.from({ length: this.count }, (_, cell) => this.text(block, cell));
  }

  #closingQuote(block: Buffer, from: number, last: boolean): number {
    let escaped = false;
    for (let at = block.indexOf(QUOTE, from); at >= 0; at = block.indexOf(QUOTE, at)) {
      const next = block[at + 1];
      if (next === undefined && !last) return -1;
      if (next === QUOTE) {
        escaped = true;
        at += 2;
      } else if (next === undefined || next === COMMA || next === NEWLINE || next === RETURN) {
        this.#escaped[this.count] = escaped;
        return at;
      } else at += 1;
    }
    return last ? block.length : -1;
  }
}

function plainEnd(block: Buffer, from: number): number {
  let at = from;
  while (at < block.length && block[at] !== COMMA && block[at] !== NEWLINE) at += 1;
  return at;
}
