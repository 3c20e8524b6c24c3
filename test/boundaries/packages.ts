interface Manifest {
  readonly name?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Locked {
  readonly version?: string;
  readonly link?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Lock {
  readonly packages: Readonly<Record<string, Locked>>;
}

/** Where the workspace has to install, as npm names them. */
const PLATFORMS = ["linux x64", "darwin arm64", "win32 x64"];
/** From this many platform packages on, a package ships native code for all platforms (fsevents alone is macOS only). */
const NATIVE = 3;

/** Versions that are not exact. The workspace's own package is "*": it is here. */
export function looseVersions(manifest: Manifest): string[] {
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  return Object.entries(all)
    .filter(([name, version]) => name !== "corrigenda" && !/^(npm:[\w@/.-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
    .map(([name, version]) => `${name}: "${version}" is not one exact version`);
}

/** What would make `npm ci` fail, or give another tree, on one of the platforms. */
export function lockProblems(lock: Lock): string[] {
  return Object.entries(lock.packages).flatMap(([place, locked]) => {
    const names = Object.keys(locked.optionalDependencies ?? {});
    const entries = names.map((name) => resolve(lock, place, name));
    const missing = names.filter((_, index) => entries[index] === undefined);
    const ours = place === "" || !place.includes("node_modules/") || locked.link === true;
    return [
      ...missing.map((name) => `${place || "the workspace"}: ${name} is not in the lock file`),
      ...uncovered(entries).map((platform) => `${place || "the workspace"}: no package for ${platform}`),
      ...(ours || locked.integrity ? [] : [`${place}: no integrity`]),
      ...(locked.resolved === undefined || ours || locked.resolved.startsWith("https://registry.npmjs.org/")
        ? []
        : [`${place}: comes from ${locked.resolved}`]),
    ];
  });
}

function uncovered(entries: readonly (Locked | undefined)[]): string[] {
  const native = entries.filter((entry) => entry?.os !== undefined);
  if (native.length < NATIVE) return [];
  const covered = native.flatMap((entry) =>
    [entry?.os ?? []].flat().flatMap((os) => [entry?.cpu ?? []].flat().map((cpu) => `${os} ${cpu}`)),
  );
  return PLATFORMS.filter((platform) => !covered.includes(platform));
}

/** Node's resolution: beside the package, then in every node_modules above it. */
function resolve(lock: Lock, place: string, name: string): Locked | undefined {
  let here = place;
  for (;;) {
    const found = lock.packages[`${here === "" ? "" : `${here}/`}node_modules/${name}`];
    if (found || here === "") return found;
    here = here.includes("/node_modules/") ? here.slice(0, here.lastIndexOf("/node_modules/")) : "";
  }
}
