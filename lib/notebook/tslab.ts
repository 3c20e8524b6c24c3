// What `import * as tslab from "tslab"` gives in a cell: tslab's display API on our own outputs. The thread that runs
// the cells imports it too, and says where displays go.
import { randomUUID } from "node:crypto";
import { richBundle } from "./bundle.ts";
import type { MimeBundle, Output } from "./output.ts";

/** Shows contents. A value with a method `Symbol.for("Jupyter.display")` is shown in all the forms that it gives. */
export interface Display {
  javascript(s: string): void;
  html(s: string): void;
  markdown(s: string): void;
  latex(s: string): void;
  svg(s: string): void;
  png(b: Uint8Array): void;
  jpeg(b: Uint8Array): void;
  gif(b: Uint8Array): void;
  pdf(b: Uint8Array): void;
  text(s: string): void;
  raw(contentType: string, b: string | Uint8Array | object): void;
}

export const display: Display = createDisplay();

/** A display of its own: each call overwrites what the one before showed. */
export function newDisplay(): Display {
  return createDisplay(randomUUID());
}

/** The API's version, the checker's, and Node's. */
export const versions = { tslab: "1.0.22", typescript: "5.9.3", node: process.version } as const;

type Show = (output: Output) => void;
let show: Show = () => undefined;
let pending: Promise<unknown>[] = [];

/** Says where displays go. */
export function showDisplays(on: Show): void {
  show = on;
}

/** Settles when every value that was displayed has said what it looks like; rejects with the first that failed. */
export async function displaysShown(): Promise<void> {
  const waiting = pending;
  pending = [];
  await Promise.all(waiting);
}

function createDisplay(id?: string): Display {
  let shown = false;
  const put = (data: MimeBundle): void => {
    show({
      output_type: shown ? "update_display_data" : "display_data",
      ...{ data, metadata: {} },
      ...(id !== undefined && { transient: { display_id: id } }),
    });
    shown = id !== undefined;
  };
  const raw = (type: string, content: unknown): void => {
    const rich = richBundle(content);
    if (rich) pending.push(rich.then(put));
    else put({ [type]: content instanceof Uint8Array ? Buffer.from(content).toString("base64") : content });
  };
  const as = (type: string) => (content: unknown) => raw(type, content);
  return {
    ...{ javascript: as("text/javascript"), html: as("text/html"), markdown: as("text/markdown") },
    ...{ latex: as("text/latex"), svg: as("image/svg+xml"), png: as("image/png"), jpeg: as("image/jpeg") },
    ...{ gif: as("image/gif"), pdf: as("application/pdf"), text: as("text/plain"), raw },
  };
}
