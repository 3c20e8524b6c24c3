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
  let columns: Columns | undefined;
  let line = 1;
  for await (const { block, last } of blocks(bytes, file, cells)) {
    let at = 0;
    for (let next = cells.scan(block, at, last); next >= 0 && at < block.length; next = cells.scan(block, at, last)) {
      const first = line;
      for (let end = block.indexOf(NEWLINE, at); end >= 0 && end < next; end = block.indexOf(NEWLINE, end + 1))
        line += 1;
      at = next;
      if (cells.count === 1 && cells.isEmpty(0)) continue;
      if (columns) yield rowOf(block, cells, columns, `${file}:${first}`);
      else columns = { places: columnPlaces(cells.all(block), file), count: cells.count };
    }
  }
}

interface Columns {
  readonly places: readonly number[];
  readonly count: number;
}

function rowOf(block: Buffer, cells: Cells, { places, count }: Columns, place: string): RowOrBad<LearnerText> {
  if (cells.count !== count)
    return { ok: false, kind: "bad", place, reason: "the row has another number of cells than the header" };
  const [id = 0, l1 = 0, level = 0, text = 0] = places;
  const cefr = cells.text(block, level);
  if (!/^[ABC][12]$/.test(cefr)) return { ok: false, kind: "bad", place, reason: "the row names no CEFR level" };
  const row = { id: cells.text(block, id), language: "EN", l1: cells.text(block, l1), level: cefr };
  return { ok: true, place, row: { ...row, text: cells.text(block, text) } };
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

/**
 * The bytes in blocks, each led by what was left of the one before. A block is filled anew for the next one.
 * @param cells say how far the last block was read
 */
async function* blocks(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
  cells: Pick<Cells, "end">,
): AsyncGenerator<{ readonly block: Buffer; readonly last: boolean }> {
  let buffer = Buffer.allocUnsafe(1 << 17);
  let length = 0;
  for await (const part of bytes) {
    const rest = length - cells.end;
    if (rest > MOST_BYTES)
      throw new StudyError("dataset", `${file}: a row is longer than ${MOST_BYTES} bytes; a quote in it is left open`);
    const from = buffer;
    if (rest + part.length > buffer.length) buffer = Buffer.allocUnsafe(2 * (rest + part.length));
    from.copy(buffer, 0, cells.end, length);
    buffer.set(part, rest);
    length = rest + part.length;
    yield { block: buffer.subarray(0, length), last: false };
  }
  if (length > cells.end) yield { block: Buffer.from(buffer.subarray(cells.end, length)), last: true };
}

/** Where the cells of one record lie. It is filled again for each record, so that none costs an object. */
class Cells {
  count = 0;
  /** Behind the last whole record of the block that was scanned last. */
  end = 0;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #escaped: boolean[] = [];

  /**
   * Finds the cells of the record at `from`; where the next one begins, -1 where this one is not whole. A quote that
   * neither ends a cell nor is doubled stands for itself. @param last nothing follows the block
   */
  scan(block: Buffer, from: number, last: boolean): number {
    this.count = 0;
    this.end = from;
    let at = from;
    for (;;) {
      if (at >= block.length && (!last || at === from)) return -1;
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
