import path from "node:path";
import ts from "typescript-api";
import type { TypeServiceOptions } from "./answers.ts";

/** Strict, as Node runs it: ES modules, no DOM, type-only imports optional. */
const SETTINGS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  lib: ["lib.esnext.d.ts"],
  types: ["node"],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
};

/** The files that TypeScript sees: those of the disk, and cells as modules of the notebook's folder. */
export interface CellHost extends ts.LanguageServiceHost {
  getModuleResolutionCache(): ts.ModuleResolutionCache;
  /** Puts a cell's text in the place of `file`. */
  set(file: string, text: string): void;
  /** Where a module of cells lies. */
  pathOf(module: string): string;
  /** Whether a cell could import a module. */
  readonly resolves: (name: string) => boolean;
  /** Takes all cells away. */
  clear(): void;
}

/** A cell's module as declarations: what imports the module finds these first. */
export function declarationFile(module: string): string {
  return module.replace(/\.mts$/, ".d.mts");
}

/** @param open the module that is always there: the cell in hand */
export function createHost({ folder, root }: TypeServiceOptions, open: string): CellHost {
  const settings = { ...SETTINGS, typeRoots: [path.join(root, "node_modules/@types")] };
  const cells = new Map<string, { readonly text: string; readonly version: number }>();
  const snapshots = new Map<string, ts.IScriptSnapshot | undefined>();
  let version = 0;
  const pathOf = (module: string): string => path.join(folder, module);
  const exists = (file: string): boolean => cells.has(file) || ts.sys.fileExists(file);
  const read = (file: string): string | undefined => cells.get(file)?.text ?? ts.sys.readFile(file);
  const { find, cache } = resolver({ folder, root }, settings, { ...ts.sys, fileExists: exists, readFile: read });
  const host: CellHost = {
    set: (file, text) => {
      if (cells.get(file)?.text === text) return;
      version += 1;
      cells.set(file, { text, version });
      snapshots.set(file, ts.ScriptSnapshot.fromString(text));
    },
    pathOf,
    resolves: (name) => find(name, pathOf(open), ts.ModuleKind.ESNext).resolvedModule !== undefined,
    clear: () => {
      for (const file of cells.keys()) snapshots.delete(file);
      cells.clear();
      host.set(pathOf(open), "");
    },
    getCompilationSettings: () => settings,
    getScriptFileNames: () => [pathOf(open)],
    // What lies on the disk is read once: a live kernel does not load changed modules again either.
    getScriptVersion: (file) => String(cells.get(file)?.version ?? 0),
    getScriptSnapshot: (file) => {
      if (!snapshots.has(file)) snapshots.set(file, snapshotOf(read(file)));
      return snapshots.get(file);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    fileExists: exists,
    readFile: read,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    readDirectory: ts.sys.readDirectory,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
    getModuleResolutionCache: () => cache,
    resolveModuleNameLiterals: (literals, containing, _redirected, options, source) =>
      literals.map((literal) => find(literal.text, containing, ts.getModeForUsageLocation(source, literal, options))),
  };
  if (ts.sys.realpath) host.realpath = ts.sys.realpath;
  host.clear();
  return host;
}

function snapshotOf(text: string | undefined): ts.IScriptSnapshot | undefined {
  return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
}

interface Resolver {
  find(name: string, containing: string, mode: ts.ResolutionMode): ts.ResolvedModuleWithFailedLookupLocations;
  /** Without it, TypeScript reads every package.json again for each check. */
  readonly cache: ts.ModuleResolutionCache;
}

/**
 * Modules are looked up as the kernel imports them: from the notebook's folder, then from the repository, corrigenda/…
 * from the repository alone; relative files need no ending.
 */
function resolver(
  { folder, root }: TypeServiceOptions,
  settings: ts.CompilerOptions,
  host: ts.ModuleResolutionHost,
): Resolver {
  const cache = ts.createModuleResolutionCache(folder, (name) => name, settings);
  const inRoot = path.join(root, "cell.mts");
  const find: Resolver["find"] = (name, containing, mode) => {
    const look = (text: string, from: string): ts.ResolvedModuleWithFailedLookupLocations =>
      ts.resolveModuleName(text, from, settings, host, cache, undefined, mode);
    if (name.startsWith("./~cell-")) return cellModule(path.join(folder, name), host);
    if (name.startsWith("corrigenda/")) return look(name, inRoot);
    const found = look(name, containing);
    if (found.resolvedModule || containing.includes("/node_modules/")) return found;
    if (!name.startsWith(".")) return look(name, inRoot);
    const ended = ENDINGS.map((ending) => look(`${name}${ending}`, containing));
    return ended.find(({ resolvedModule }) => resolvedModule) ?? found;
  };
  return { cache, find };
}

const ENDINGS = [".ts", ".js", "/index.ts"];

function cellModule(file: string, host: ts.ModuleResolutionHost): ts.ResolvedModuleWithFailedLookupLocations {
  const types = declarationFile(file);
  const found = host.fileExists(types)
    ? { resolvedFileName: types, extension: ts.Extension.Dmts }
    : { resolvedFileName: file, extension: ts.Extension.Mts };
  return { resolvedModule: found };
}
