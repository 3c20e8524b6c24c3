import { parseYaml } from "corrigenda/cli";
import { type Disk, readText } from "corrigenda/files";
import type { z } from "zod";

/** The run that flags name, else the one that their config file stands for. */
export async function runOf<T>(
  disk: Disk,
  flags: { readonly run?: string | undefined; readonly config: string },
  schema: z.ZodType<T>,
  nameOf: (config: T) => string,
): Promise<string> {
  return flags.run ?? nameOf(parseYaml(await readText(disk, flags.config), flags.config, schema));
}
