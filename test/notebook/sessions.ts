import path from "node:path";
import { type Output, openSession, type RunResult, type Session, type TypeMode } from "corrigenda/notebook";

/** What a cell came to. */
export interface Ran {
  readonly result: RunResult;
  readonly outputs: readonly Output[];
  /** What stdout and stderr were sent. */
  readonly said: string;
  /** The text of the last expression. */
  readonly value: unknown;
}

export interface TestSession extends AsyncDisposable {
  readonly session: Session;
  run(code: string): Promise<Ran>;
  /** Runs a cell that never ends, and interrupts it when it has said "go". */
  stop(code: string): Promise<Ran>;
}

/** A session whose cells are numbered from 1. */
export async function testSession(types: TypeMode, folder = path.resolve("notebooks")): Promise<TestSession> {
  const session = await openSession({ folder, root: path.resolve("."), types });
  let count = 0;
  const run = async (code: string, hear?: (output: Output) => void): Promise<Ran> => {
    const outputs: Output[] = [];
    const on = (output: Output): void => {
      outputs.push(output);
      hear?.(output);
    };
    const result = await session.run(code, on, { count: ++count });
    const said = outputs.map((one) => (one.output_type === "stream" ? one.text : "")).join("");
    const value = outputs.find((one) => one.output_type === "execute_result")?.data["text/plain"];
    return { result, outputs, said, value };
  };
  return {
    session,
    run: (code) => run(code),
    stop: (code) =>
      run(code, (output) => {
        if (output.output_type === "stream" && output.text.includes("go")) void session.interrupt();
      }),
    [Symbol.asyncDispose]: () => session.close(),
  };
}
