import { plain } from "./plain.ts";
import { fit } from "./width.ts";

/** Where a terminal's text goes: process.stderr, or a double of it. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Lines that stay, above at most one block that is redrawn in place. What is given is shown, and commands nothing. */
export interface Terminal {
  /** True where a block can be redrawn. */
  readonly live: boolean;
  readonly columns: number;
  line(text: string): void;
  /** Shows a block in place of the last one; "" takes it away. Ignored where the stream is no terminal. */
  show(block: string): void;
}

const ESCAPE = "\u001b";
const PLAIN_COLUMNS = 100;

export function createTerminal(stream: TextStream): Terminal {
  let shown = "";
  const columns = (): number => stream.columns || PLAIN_COLUMNS;
  const wipe = (): string => {
    if (shown === "") return "";
    const rows = shown.split("\n").length;
    return `\r${ESCAPE}[2K${`${ESCAPE}[1A${ESCAPE}[2K`.repeat(rows - 1)}`;
  };
  const live = stream.isTTY === true;
  return {
    live,
    get columns() {
      return columns();
    },
    line: (text) => {
      stream.write(`${wipe()}${plain(text)}\n${shown}`);
    },
    show: (block) => {
      if (!live) return;
      // One column is left free: a full last column makes some terminals wrap, and the redraw would climb.
      const cut = plain(block)
        .split("\n")
        .map((text) => fit(text, columns() - 1))
        .join("\n");
      const before = wipe();
      shown = cut;
      stream.write(`${before}${shown}`);
    },
  };
}
