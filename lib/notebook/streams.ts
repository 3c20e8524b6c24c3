import { StringDecoder } from "node:string_decoder";
import type { Output } from "./output.ts";

type Stream = Extract<Output, { output_type: "stream" }>;
type Send = (name: Stream["name"], text: string) => void;

/** Takes over what this thread writes to stdout and stderr. It goes out at once: a busy cell never comes back to the event loop. */
export function captureStreams(send: Send): void {
  takeOver(process.stdout, (text) => send("stdout", text));
  takeOver(process.stderr, (text) => send("stderr", text));
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

/** Outputs on their way to a reader. */
export interface Gathered {
  add(output: Output): void;
  /** Sends what is still held. */
  flush(): void;
}

const MOST_CHARS = 1 << 15;

/** Joins texts of one stream that come in one turn of the event loop: a thousand lines are a few outputs. */
export function gatherOutputs(send: (output: Output) => void): Gathered {
  let held: { readonly name: Stream["name"]; text: string } | undefined;
  const flush = (): void => {
    if (held) send({ output_type: "stream", ...held });
    held = undefined;
  };
  return {
    add: (output) => {
      if (output.output_type !== "stream") {
        flush();
        send(output);
        return;
      }
      if (held?.name !== output.name) {
        flush();
        held = { name: output.name, text: "" };
        setImmediate(flush);
      }
      held.text += output.text;
      if (held.text.length > MOST_CHARS) flush();
    },
    flush,
  };
}
