/** A record of a CSV file, or why there is none. */
export type CsvRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly reason: string };

/**
 * CSV as RFC 4180 has it: commas, quotes doubled inside quotes, CRLF or LF. A record with a stray quote is one bad
 * record; the next line is read as usual. So is a record of more than 16 Mi characters: a quote that is never closed takes
 * no more memory than that.
 * @param delimiter what a spreadsheet puts between fields: in much of Europe a semicolon
 */
export async function* csvRecords(
  texts: AsyncIterable<string>,
  delimiter: "," | ";" | "\t" = ",",
): AsyncGenerator<CsvRecord> {
  const parser = new CsvParser(delimiter);
  for await (const text of texts) yield* parser.feed(text);
  yield* parser.end();
}

/**
 * "start": before a field; "plain" or "quoted": in one; "closed": after a quote that ends a field or is doubled; "return":
 * after a CR behind it; "skip": to the line's end.
 */
type State = "start" | "plain" | "quoted" | "closed" | "return" | "skip";

const STOPS: Record<State, RegExp> = {
  start: /[\s\S]/g,
  plain: /[",;\t\n]/g,
  quoted: /"/g,
  closed: /[\s\S]/g,
  return: /[\s\S]/g,
  skip: /\n/g,
};

const MOST_CHARACTERS = 16 * 2 ** 20;

class CsvParser {
  #held = 0;
  #state: State = "start";
  #field = "";
  #fields: string[] = [];
  #reason: string | undefined;
  /** Line of the character that is read, and of the record's first one. */
  #line = 1;
  #first = 1;
  readonly #delimiter: string;

  constructor(delimiter: string) {
    this.#delimiter = delimiter;
  }

  *feed(text: string): Generator<CsvRecord> {
    for (let at = 0; at < text.length; at++) {
      const stop = STOPS[this.#state];
      stop.lastIndex = at;
      const next = stop.exec(text)?.index ?? text.length;
      this.#take(text.slice(at, next));
      at = next;
      if (next === text.length) return;
      if (this.#step(text[next] as string)) yield this.#record();
    }
  }

  *end(): Generator<CsvRecord> {
    if (this.#state === "quoted") this.#reason = "a quote is never closed";
    if (this.#state !== "start" || this.#fields.length > 0) yield this.#record();
  }

  #take(text: string): void {
    if (this.#state === "plain" || this.#state === "quoted") this.#field += text;
    this.#held += text.length + 1;
    if (this.#held > MOST_CHARACTERS && this.#state !== "skip") this.#fail(`more than ${MOST_CHARACTERS} characters`);
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#line += 1;
  }

  /** Reads one character that matters. @returns true where it ends a record */
  #step(char: string): boolean {
    if (char === "\n") this.#line += 1;
    if (this.#state === "quoted") this.#state = "closed";
    else if (char === "\n") return true;
    else if (this.#state === "closed" && char === '"') this.#begin(this.#field + char, "quoted");
    else if (this.#state === "closed" && char === "\r") this.#state = "return";
    else if (char === this.#delimiter && this.#state !== "return") this.#endField();
    else if (this.#state === "plain" && char !== '"') this.#field += char;
    else if (this.#state === "start" && char === '"') this.#state = "quoted";
    else if (this.#state === "start") this.#begin(char, "plain");
    else this.#fail(this.#state === "plain" ? "a quote inside an unquoted field" : "text after a closing quote");
    return false;
  }

  #begin(field: string, state: State): void {
    this.#field = field;
    this.#state = state;
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = "";
    this.#state = "start";
  }

  #fail(reason: string): void {
    this.#reason = reason;
    this.#fields = [];
    this.#field = "";
    this.#state = "skip";
  }

  #record(): CsvRecord {
    if (this.#state === "plain") this.#field = this.#field.replace(/\r$/, "");
    this.#endField();
    const [line, fields, reason] = [this.#first, this.#fields, this.#reason];
    [this.#fields, this.#reason, this.#first, this.#held] = [[], undefined, this.#line, 0];
    return reason === undefined ? { line, fields } : { line, reason };
  }
}
