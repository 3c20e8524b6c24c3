import { vi } from "vitest";

type Cli = typeof import("corrigenda/cli");
type Say = (argv: readonly string[]) => Promise<Said>;

/** What a script said, and its exit codes. */
export interface Said {
  readonly out: string;
  readonly err: string;
  readonly codes: readonly number[];
}

const declared = vi.hoisted(() => ({ last: undefined as Say | undefined }));
const scripts = new Map<string, Promise<Say>>();

// Scripts that are imported from now on declare themselves and do nothing: a hundred of them in the time of two processes.
vi.mock("corrigenda/cli", async (original) => {
  const cli = await original<Cli>();
  const main: Cli["main"] = async (script) => {
    declared.last = async (argv) => {
      const said = { out: "", err: "", codes: [] as number[] };
      await cli.main(script, () => Promise.reject(new Error("its work was started")), {
        ...{ argv, env: {}, clock: { now: () => 0, sleep: async () => undefined } },
        ...{ disk: (await import("corrigenda/files")).memoryDisk(), on: () => 0, off: () => 0 },
        stdout: { write: (text) => (said.out += text) },
        stderr: { write: (text) => (said.err += text) },
        setExitCode: (code) => said.codes.push(code),
        kill: (code) => said.codes.push(code),
      });
      return said;
    };
  };
  return { ...cli, main };
});

/** What a script says when it is started with some words, without a process. */
export async function saidBy(file: string, ...argv: string[]): Promise<Said> {
  const known = scripts.get(file) ?? import(/* @vite-ignore */ `../../${file}`).then(() => taken(file));
  scripts.set(file, known);
  return (await known)(argv);
}

function taken(file: string): Say {
  const { last } = declared;
  declared.last = undefined;
  if (!last) throw new Error(`${file} does not end in main(script, …)`);
  return last;
}
