import { type Chain, createTerminal, runChains } from "corrigenda/cli";
import { StudyError } from "corrigenda/error";
import { expect, test } from "vitest";

const chain = (name: string, ...steps: string[]): Chain => ({
  name,
  steps: steps.map((step) => [`scripts/${step}.ts`]),
});

/** Runs lanes with steps that are functions; what happened, in order, and what the terminal got. */
async function ran(
  lanes: readonly (readonly Chain[])[],
  more: {
    readonly step?: (name: string, say: (line: string) => void, signal: AbortSignal) => Promise<void>;
    readonly stands?: readonly string[];
    readonly signal?: AbortSignal;
  } = {},
): Promise<{ happened: string[]; shown: string; error: unknown }> {
  const [happened, shown]: [string[], string[]] = [[], []];
  let error: unknown;
  let now = 0;
  await runChains(lanes, {
    signal: more.signal ?? new AbortController().signal,
    terminal: createTerminal({ write: (text) => shown.push(text) }),
    clock: { now: () => (now += 1_000), sleep: async () => undefined },
    verbose: false,
    stands: async ({ name }) => more.stands?.includes(name) ?? false,
    ended: async ({ name }, said, well) =>
      void happened.push(`${name} ${well ? "ended" : "failed"}: ${said.length} lines`),
    step: async (words, signal, onLine = () => undefined) => {
      happened.push(String(words[0]));
      await more.step?.(String(words[0]), onLine, signal);
    },
  }).catch((thrown: unknown) => {
    error = thrown;
  });
  return { happened, shown: shown.join(""), error };
}

test("chains of a lane follow each other, lanes run side by side, each chain is one line", async () => {
  const { happened, shown } = await ran([[chain("a", "a1", "a2"), chain("b", "b1")], [chain("c", "c1")]]);
  expect(happened.filter((one) => /[ab]/.test(one.replace("scripts", "")))).toEqual([
    "scripts/a1.ts",
    "scripts/a2.ts",
    "a ended: 2 lines",
    "scripts/b1.ts",
    "b ended: 1 lines",
  ]);
  expect(happened.indexOf("scripts/c1.ts")).toBeLessThan(happened.indexOf("a ended: 2 lines"));
  expect(shown.match(/✓/g)).toHaveLength(3);
  expect(shown.trimEnd().split("\n")).toHaveLength(3);
});

test("a chain that stands is not started, and its line says so", async () => {
  const { happened, shown } = await ran([[chain("a", "a1"), chain("b", "b1")]], { stands: ["a"] });
  expect(happened).toEqual(["scripts/b1.ts", "b ended: 1 lines"]);
  expect(shown).toContain("✓ a                  still stands");
});

test("a failing step shows what it said, stops the other lanes, and is what is thrown", async () => {
  const { happened, shown, error } = await ran([[chain("a", "a1"), chain("b", "b1")], [chain("c", "c1")]], {
    step: async (name, say, signal) => {
      if (name.includes("c1")) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        signal.throwIfAborted();
      }
      say("error[data]: the file is gone");
      throw new StudyError("step", "a1 ended with exit code 1");
    },
  });
  expect(error).toMatchObject({ code: "step", message: "a1 ended with exit code 1" });
  expect(shown).toContain("  error[data]: the file is gone\n");
  expect(shown).toMatch(/✗ a .*failed: a1/);
  expect(shown).toMatch(/– c .*stopped/);
  expect(happened).not.toContain("scripts/b1.ts");
});

test("Ctrl-C stops all lanes and starts nothing more", async () => {
  const stopping = new AbortController();
  const { happened, error } = await ran([[chain("a", "a1"), chain("b", "b1")]], {
    signal: stopping.signal,
    step: async () => stopping.abort(new StudyError("stopped", "stopped by the user")),
  });
  expect(error).toMatchObject({ code: "stopped" });
  expect(happened).not.toContain("scripts/b1.ts");
});
