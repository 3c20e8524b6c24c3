import { SaxesParser } from "saxes";
import type { Change, Node } from "./corrected-text.ts";

/** One answer of an exam script. */
export interface Answer {
  readonly nodes: readonly Node[];
  /** Who wrote it and where it stands. */
  readonly note: string;
}

export type Script = { readonly answers: readonly Answer[] } | { readonly line: number; readonly reason: string };

/** Reads one `<head>` element. @param firstLine line of the file on which it starts */
export function parseScript(xml: string, firstLine: number): Script {
  const parser = new SaxesParser({ position: true, xmlns: false });
  const line = (): number => firstLine + parser.line - 1;
  const reader = new ScriptReader(line);
  parser.on("opentag", (tag) => reader.open(tag.name, tag.attributes));
  parser.on("closetag", (tag) => reader.close(tag.name));
  parser.on("text", (text) => reader.text(text));
  parser.on("cdata", (text) => reader.text(text));
  try {
    parser.write(xml).close();
  } catch (error) {
    const why = (error as Error).message.replace(/^\d+:\d+: /, "").replace(/\.$/, "");
    return { line: line(), reason: `the script is not well-formed XML (${why})` };
  }
  return { answers: reader.answers };
}

interface OpenChange {
  readonly type: string;
  readonly line: number;
  wrong?: Node[];
  right?: Node[];
}

/** Follows the parser: keeps who wrote the script, and for each `<coded_answer>` its text and nested changes. */
class ScriptReader {
  readonly answers: Answer[] = [];
  readonly #line: () => number;
  readonly #head: Record<string, string> = {};
  readonly #changes: OpenChange[] = [];
  /** The lists that text goes into, the innermost last; empty outside an answer. */
  readonly #lists: Node[][] = [];
  readonly #path: string[] = [];
  #answer = "";

  constructor(line: () => number) {
    this.#line = line;
  }

  open(name: string, attributes: Record<string, string>): void {
    this.#path.push(name);
    if (name === "head") this.#head.script = attributes.sortkey ?? "";
    if (/^answer\d+$/.test(name)) this.#answer = name.slice("answer".length);
    if (name === "coded_answer") this.#lists.push([]);
    const list = this.#lists.at(-1);
    if (!list) return;
    if (name === "p" && list.length > 0) list.push("\n");
    if (name === "NS") this.#openChange(attributes.type ?? "", list);
    if (name === "i" || name === "c") this.#openSide(name === "i" ? "wrong" : "right");
  }

  close(name: string): void {
    this.#path.pop();
    if (name === "NS") this.#changes.pop();
    if ((name === "i" || name === "c") && this.#changes.length > 0) this.#lists.pop();
    if (name === "coded_answer") this.answers.push({ nodes: this.#lists.pop() ?? [], note: this.#note() });
  }

  text(text: string): void {
    const inside = this.#path.at(-1) ?? "";
    if (inside === "language" || inside === "age") this.#head[inside] = text.trim();
    // White space between <NS> and <i> or <c>, or between paragraphs, is layout.
    const layout = (inside === "NS" || inside === "coded_answer") && text.trim() === "";
    if (!layout) this.#lists.at(-1)?.push(text.replace(/\s+/g, " "));
  }

  #openChange(type: string, list: Node[]): void {
    const change: OpenChange = { type, line: this.#line() };
    this.#changes.push(change);
    list.push(change satisfies Change);
  }

  #openSide(side: "wrong" | "right"): void {
    const change = this.#changes.at(-1);
    if (!change) return;
    change[side] ??= [];
    this.#lists.push(change[side]);
  }

  #note(): string {
    const { language, age, script } = this.#head;
    const parts = { l1: language, age, script, answer: this.#answer };
    return Object.entries(parts)
      .flatMap(([key, value]) => (value ? [`${key}=${value}`] : []))
      .join("; ");
  }
}
