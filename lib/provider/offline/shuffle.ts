import { collect, type Disk, lineBlocks } from "corrigenda/files";
import { keyedRng } from "corrigenda/rng";
import { isBlank } from "./check.ts";

const WINDOW_LINES = 256;

/** A line and its place in the file, from 0. */
export interface PlacedLine {
  readonly line: Buffer;
  readonly ordinal: number;
}

/** The lines of a file, shuffled: windows in random order, each shuffled inside. Memory is one window. */
export async function* shuffledLines(
  disk: Disk,
  input: { readonly path: string; readonly sha256: string },
): AsyncGenerator<PlacedLine> {
  const rng = keyedRng("order", input.sha256);
  for (const window of rng.shuffle(await windowsOf(disk, input.path))) {
    const blocks = await collect(lineBlocks(disk.read(input.path, window.from, window.to)));
    const lines = blocks.flat().map((line, index) => ({ line, ordinal: window.ordinal + index }));
    for (const placed of rng.shuffle(lines)) if (!isBlank(placed.line)) yield placed;
  }
}

interface Window {
  /** Of its first line. */
  readonly ordinal: number;
  /** Bytes [from, to). */
  readonly from: number;
  readonly to: number;
}

async function windowsOf(disk: Disk, path: string): Promise<Window[]> {
  const windows: Window[] = [];
  let [from, at, ordinal, count] = [0, 0, 0, 0];
  const close = (): void => {
    if (count > ordinal) windows.push({ ordinal, from, to: at });
    [from, ordinal] = [at, count];
  };
  for await (const block of lineBlocks(disk.read(path))) {
    for (const line of block) {
      at += line.length + 1;
      count += 1;
      if (count - ordinal === WINDOW_LINES) close();
    }
  }
  close();
  return windows;
}
