/** What a data set is and what its licence allows. */
export interface Declaration {
  readonly name: string;
  /** Where it comes from: a title and, where there is one, an address. */
  readonly source: string;
  readonly licence: string;
  /** False: a remote provider is refused until the user says --i-may-send. */
  readonly mayLeaveMachine: boolean;
}

/** A file on its way into a reader. */
export interface DataInput {
  /** The file's name as messages show it. */
  readonly file: string;
  /** UTF-8. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** What a reader could not make a row of. */
export interface NoRow {
  readonly ok: false;
  /** "bad": the data is damaged. "skipped": it is sound, but a rule leaves it out. */
  readonly kind: "bad" | "skipped";
  /** "file:line", the line from 1. */
  readonly place: string;
  /** A short sentence, the same for all that fail alike, so that it can be counted. */
  readonly reason: string;
}

/** Everything that a reader meets comes out exactly once, as a row or as the reason why it is none. */
export type RowOrBad<Row> = { readonly ok: true; readonly row: Row; readonly place: string } | NoRow;

/** A declared data set with its reader. */
export interface Dataset<Row> extends Declaration {
  rows(input: DataInput): AsyncIterable<RowOrBad<Row>>;
}
