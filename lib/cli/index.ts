/**
 * The command line: flags declared once and checked, --help, --config, one-line errors, logs without keys, progress.
 *
 * @example
 * const script = defineScript({ name: "scripts/demo.ts", summary: "Says a word.", flags: { word: z.string().default("hi") } });
 * await main(script, async ({ word }, { print }) => print(word)); // npx zx scripts/demo.ts --word hello
 * @module
 */
export { type Chain, runChains } from "./chains.ts";
export { helpPage } from "./help.ts";
export { createLogger, type LogFacts, type Logger, type LogLevel, logLevel } from "./logger.ts";
export { main, type ScriptRun, type Surroundings } from "./main.ts";
export { maskSecrets, maskValues, secretsIn } from "./mask.ts";
export { createProgress, type Progress, type ProgressUpdate } from "./progress.ts";
export { dollars, duration, type ProgressState, renderProgress } from "./render-progress.ts";
export { defineScript, parseScript, type Script } from "./script.ts";
export { runStep } from "./step.ts";
export { type Cell, table } from "./table.ts";
export { createTerminal, type Terminal } from "./terminal.ts";
export { startThread, type Thread } from "./threads.ts";
export { textWidth } from "./width.ts";
export { parseYaml } from "./yaml.ts";
