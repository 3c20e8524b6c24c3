import { createRequire, registerHooks } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

type Resolve = (specifier: string, context: Context) => Resolved;
type Context = { readonly parentURL?: string | undefined; readonly importAttributes: NodeJS.Dict<string> };
type Resolved = ReturnType<Parameters<NonNullable<Parameters<typeof registerHooks>[0]["resolve"]>>[2]>;

/**
 * Lets cells, and the files beside them, import what a notebook may: "tslab" is our own, a package that is not found
 * from the notebook's folder is taken from the repository, relative files need no ending, JSON needs no attribute.
 * @param place folder of the notebook, and the repository's root
 */
export function hookImports(place: { readonly folder: string; readonly root: string }): void {
  const cells = pathToFileURL(path.join(place.folder, "/")).href;
  const repository = pathToFileURL(path.join(place.root, "package.json")).href;
  const tslab = new URL("./tslab.ts", import.meta.url).href;
  registerHooks({
    resolve: (specifier, context, next) => {
      const parent = context.parentURL ?? "";
      if (!parent.startsWith(cells) || parent.includes("/node_modules/")) return next(specifier, context);
      if (specifier === "tslab") return { url: tslab, shortCircuit: true };
      const resolve: Resolve = (name, from) => withJson(next(name, from), from);
      const others = /^\.{0,2}\//.test(specifier)
        ? ENDINGS.map((ending) => () => resolve(`${specifier}${ending}`, context))
        : [() => resolve(specifier, { ...context, parentURL: repository })];
      return firstFound(() => resolve(specifier, context), others);
    },
  });
}

const ENDINGS = [".ts", ".js", "/index.ts"];

/** `require` of the cells. */
export function requireFrom(folder: string): NodeJS.Require {
  return createRequire(path.join(folder, "cell"));
}

/** The first that resolves; else the error of the specifier as it was written. */
function firstFound(written: () => Resolved, others: readonly (() => Resolved)[]): Resolved {
  try {
    return written();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    for (const other of others) {
      try {
        return other();
      } catch (also) {
        if (!isNotFound(also)) throw also;
      }
    }
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND" || code === "ERR_UNSUPPORTED_DIR_IMPORT";
}

function withJson(resolved: Resolved, { importAttributes }: Context): Resolved {
  if (!isFile(resolved.url) || path.extname(fileURLToPath(resolved.url)) !== ".json") return resolved;
  return { ...resolved, importAttributes: { ...importAttributes, type: "json" } };
}

function isFile(url: string): boolean {
  return url.startsWith("file:");
}
