import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { CellHost } from "./cell.ts";
import type { Place } from "./session.ts";
import { CellSyntaxError } from "./syntax.ts";
import type { Variables } from "./variables.ts";

export interface Host extends CellHost {
  /** The place of the cell that is to blame for what was thrown outside of cells. */
  blamed(thrown: unknown): Place | undefined;
}

/** What cells in a folder are given. */
export function createHost({ declare }: Variables, folder: string): Host {
  const places = new WeakMap<object, Place>();
  const file = path.join(folder, "cell");
  const { href } = pathToFileURL(file);
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
    meta: { url: href, filename: file, dirname: folder, main: false, resolve: (name) => resolve(name, href) },
    blamed: (thrown) => (typeof thrown === "object" && thrown !== null ? places.get(thrown) : undefined),
  };
}

function resolve(name: string, from: string): string {
  if (/^\.{0,2}\//.test(name)) return new URL(name, from).href;
  const found = createRequire(from).resolve(name);
  return path.isAbsolute(found) ? pathToFileURL(found).href : found;
}
