import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { CellHost } from "./cell.ts";
import { Interrupted } from "./failure.ts";
import type { Place } from "./session.ts";
import { CellSyntaxError } from "./syntax.ts";
import type { Variables } from "./variables.ts";

export interface Host extends CellHost {
  /** For one run of one cell. */
  life(): Life;
  /** The place of the cell that is to blame for what was thrown outside of cells. */
  blamed(thrown: unknown): Place | undefined;
}

export interface Life {
  run<T>(work: () => Promise<T>): Promise<T>;
  /** What was run ends at its next await. */
  stop(): void;
}

/** What cells in a folder are given. */
export function createHost({ declare }: Variables, folder: string): Host {
  const places = new WeakMap<object, Place>();
  const file = path.join(folder, "cell");
  const { href } = pathToFileURL(file);
  const runs = new AsyncLocalStorage<{ stopped: boolean }>();
  return {
    declare,
    load: async (importing, line, column) => {
      try {
        return await importing();
      } catch (error) {
        if (typeof error === "object" && error !== null) places.set(error, { line, column });
        throw error;
      }
    },
    pick: (module, name, needed, line, column) => {
      if (name in module) return Reflect.get(module, name);
      const whole = "default" in module ? module.default : undefined;
      if (typeof whole === "object" && whole !== null && name in whole) return Reflect.get(whole, name);
      if (!needed) return undefined; // a type that was imported without the word "type"
      throw new CellSyntaxError(`the module has no export "${name}"`, { line, column });
    },
    alive: (value) => {
      if (runs.getStore()?.stopped) throw new Interrupted("the cell was interrupted");
      return value;
    },
    life: () => {
      const state = { stopped: false };
      const stop = (): void => {
        state.stopped = true;
      };
      return { run: (work) => runs.run(state, work), stop };
    },
    meta: { url: href, filename: file, dirname: folder, main: false, resolve: (name) => resolve(name, href) },
    blamed: (thrown) => (typeof thrown === "object" && thrown !== null ? places.get(thrown) : undefined),
  };
}

function resolve(name: string, from: string): string {
  if (/^\.{0,2}\//.test(name)) return new URL(name, from).href;
  const found = createRequire(from).resolve(name);
  return path.isAbsolute(found) ? pathToFileURL(found).href : found;
}
