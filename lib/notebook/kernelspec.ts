import path from "node:path";
import { z } from "zod";

/** A kernel.json: how Jupyter starts a kernel. */
export const KernelSpec = z.looseObject({ display_name: z.string(), argv: z.array(z.string()).min(2) });
export type KernelSpec = z.infer<typeof KernelSpec>;

/** The kernels that lib/notebook/jupyter holds. */
export const KERNELS = ["corrigenda", "tslab"] as const;

/** What decides where Jupyter keeps a user's files. */
export interface JupyterUser {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** A spec that works from anywhere: Jupyter's `{resource_dir}` made absolute. @param node the program that runs it */
export function absoluteSpec(spec: KernelSpec, resourceDir: string, node: string): KernelSpec {
  const [, ...words] = spec.argv;
  const absolute = words.map((word) =>
    word.startsWith("{resource_dir}") ? path.join(resourceDir, word.slice("{resource_dir}".length)) : word,
  );
  return { ...spec, argv: [node, ...absolute] };
}

/**
 * The folder in which Jupyter looks for a user's kernels.
 * @see https://docs.jupyter.org/en/latest/use/jupyter-directories.html
 */
export function jupyterData({ platform, env, home }: JupyterUser): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (platform === "darwin") return path.join(home, "Library", "Jupyter");
  if (platform === "win32") return path.join(env.APPDATA ?? path.join(home, "AppData", "Roaming"), "jupyter");
  return path.join(env.XDG_DATA_HOME || path.join(home, ".local", "share"), "jupyter");
}
