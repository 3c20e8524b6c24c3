export interface WindowOptions<Row, T> {
  readonly rows: AsyncIterable<Row> | Iterable<Row>;
  /** Rows under way at most. */
  readonly size: number;
  /** Begins the work on a row. The promise never rejects. */
  readonly begin: (row: Row) => Promise<T>;
  /** The rows could not be read, or begun. */
  readonly fail: (error: unknown) => void;
}

/** Rows in, results out in row order; rows beyond the window stay unread, so memory is flat. */
export class RowWindow<Row, T> {
  readonly #options: WindowOptions<Row, T>;
  readonly #underWay: Promise<T>[] = [];
  #ended = false;
  #exhausted = false;
  #wakeReader: (() => void) | undefined;
  #wakeTaker: (() => void) | undefined;
  /** Settles when the source of the rows is closed. */
  readonly closed: Promise<void>;

  constructor(options: WindowOptions<Row, T>) {
    this.#options = options;
    this.closed = this.#read();
  }

  /** Every row has been read. */
  get exhausted(): boolean {
    return this.#exhausted;
  }

  /** The next row's result; undefined after the last one begun. */
  async next(): Promise<T | undefined> {
    while (this.#underWay.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wakeTaker = resolve;
      });
    }
    const result = await this.#underWay.shift();
    this.#wakeReader?.();
    return result;
  }

  /** Reads no more rows. */
  end(): void {
    this.#ended = true;
    this.#wakeTaker?.();
    this.#wakeReader?.();
  }

  async #read(): Promise<void> {
    const { rows, size, begin, fail } = this.#options;
    try {
      for await (const row of rows) {
        if (this.#ended) return;
        this.#underWay.push(begin(row));
        this.#wakeTaker?.();
        while (this.#underWay.length >= size && !this.#ended) {
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
        }
        if (this.#ended) return;
      }
      this.#exhausted = true;
    } catch (error) {
      fail(error);
    }
    this.end();
  }
}
