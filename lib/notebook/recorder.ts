import type { KeptOutput } from "./ipynb.ts";
import type { Output } from "./output.ts";

/** Keeps what cells show, as a notebook's window would at the end. */
export interface Recorder {
  /** Starts the next cell; its outputs, filled as they come. */
  cell(): readonly KeptOutput[];
  take(output: Output): void;
}

export function createRecorder(): Recorder {
  let outputs: KeptOutput[] = [];
  let clearing = false;
  const shown = new Map<string, { readonly outputs: KeptOutput[]; readonly at: number }[]>();
  const put = (output: KeptOutput): void => {
    if (clearing) outputs.length = 0;
    clearing = false;
    const last = outputs.at(-1);
    if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name)
      outputs[outputs.length - 1] = { ...last, text: last.text + output.text };
    else outputs.push(output);
  };
  return {
    cell: () => {
      outputs = [];
      clearing = false;
      return outputs;
    },
    take: (output) => {
      if (output.output_type === "clear_output") {
        clearing = output.wait;
        if (!output.wait) outputs.length = 0;
        return;
      }
      if (output.output_type === "update_display_data") {
        const { data, metadata, transient } = output;
        for (const { outputs: where, at } of shown.get(transient?.display_id ?? "") ?? [])
          if (where[at]?.output_type === "display_data") where[at] = { output_type: "display_data", data, metadata };
        return;
      }
      if (output.output_type !== "display_data") {
        put(output);
        return;
      }
      const { transient, ...kept } = output;
      put(kept);
      if (!transient) return;
      const places = shown.get(transient.display_id) ?? [];
      shown.set(transient.display_id, [...places, { outputs, at: outputs.length - 1 }]);
    },
  };
}
