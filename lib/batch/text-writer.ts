import type { Draft } from "corrigenda/files";

/** Text into a draft through two reused buffers: one fills while the other is written. */
export interface TextWriter {
  /** @param bytes the text's length in UTF-8 */
  add(text: string, bytes: number): Promise<void> | undefined;
  /** Waits until all is written (not synced). */
  end(): Promise<void>;
}

/** @param tap sees every block before it is written */
export function textWriter(draft: Draft, bufferBytes: number, tap?: (block: Uint8Array) => void): TextWriter {
  let [filling, spare] = [Buffer.allocUnsafe(bufferBytes), Buffer.allocUnsafe(bufferBytes)];
  let fill = 0;
  let writing = Promise.resolve();
  const start = (block: Uint8Array): void => {
    tap?.(block);
    writing = draft.write(block);
    writing.catch(() => undefined); // the next add or end throws it
  };
  const turn = async (): Promise<void> => {
    await writing;
    start(filling.subarray(0, fill));
    [filling, spare, fill] = [spare, filling, 0];
  };
  const addSlowly = async (text: string, bytes: number): Promise<void> => {
    if (fill > 0) await turn();
    if (bytes <= bufferBytes) fill = filling.write(text);
    else {
      await writing;
      start(Buffer.from(text));
    }
  };
  return {
    add: (text, bytes) => {
      if (fill + bytes > bufferBytes) return addSlowly(text, bytes);
      fill += filling.write(text, fill);
      return undefined;
    },
    end: async () => {
      if (fill > 0) await turn();
      await writing;
    },
  };
}
