import { StringDecoder } from "node:string_decoder";
import type { Clock } from "corrigenda/time";

export type StreamName = "stdout" | "stderr";

/** What is written to stdout and stderr, gathered. */
export interface Streams {
  /** Sends what is still held. */
  flush(): void;
}

const MOST_CHARS = 1 << 15;
/** A busy loop never comes back to the event loop, and is still read while it runs. */
const MOST_MS = 50;

/** Takes over a stream's `write`. Texts of one turn of the event loop go out together, in the order of both streams. */
export function captureStreams(send: (name: StreamName, text: string) => void, clock: Pick<Clock, "now">): Streams {
  let held: { name: StreamName; text: string; since: number } | undefined;
  const flush = (): void => {
    const { name, text } = held ?? {};
    held = undefined;
    if (name && text) send(name, text);
  };
  const write = (name: StreamName, text: string): void => {
    if (held && held.name !== name) flush();
    if (!held) {
      held = { name, text: "", since: clock.now() };
      setImmediate(flush);
    }
    held.text += text;
    if (held.text.length > MOST_CHARS || clock.now() - held.since > MOST_MS) flush();
  };
  takeOver(process.stdout, (text) => write("stdout", text));
  takeOver(process.stderr, (text) => write("stderr", text));
  return { flush };
}

type Written = (error?: Error | null) => void;

function takeOver(stream: NodeJS.WriteStream, write: (text: string) => void): void {
  const decoder = new StringDecoder("utf8");
  stream.write = (chunk: string | Uint8Array, encoding?: BufferEncoding | Written, done?: Written): boolean => {
    write(typeof chunk === "string" ? chunk : decoder.write(chunk));
    const called = typeof encoding === "function" ? encoding : done;
    if (called) queueMicrotask(() => called());
    return true;
  };
}
