import { executedCells, type Output, placeOf, readNotebook, runNotebook, type Session } from "corrigenda/notebook";
import { virtualClock } from "corrigenda/time";
import { describe, expect, test } from "vitest";
import { notebook, type TestCell } from "./notebooks.ts";

type Result = Awaited<ReturnType<Session["run"]>>;

/** A session that shows what a cell's JSON says, and fails where it says so. */
const session: Pick<Session, "run"> = {
  run: async (code, on) => {
    const { show = [], fail } = JSON.parse(code) as { show?: Output[]; fail?: Partial<Result> };
    for (const output of show) on(output);
    if (!fail) return { status: "ok" };
    return { status: "error", ename: "Error", evalue: "bad\n  idea", traceback: [], ...fail } as Result;
  },
};

async function run(...cells: readonly TestCell[]): Promise<{ outputs: unknown[]; failure: unknown; told: unknown[] }> {
  const told: unknown[] = [];
  const each = ({ cell, of, failure }: { cell: number; of: number; failure?: unknown }): void =>
    void told.push([cell, of, failure !== undefined]);
  const done = await runNotebook(notebook(...cells), { session, clock: virtualClock(), each });
  return { outputs: done.notebook.cells.map(({ outputs }) => outputs), failure: done.failure, told };
}

const shows = (...show: readonly object[]): string => JSON.stringify({ show });
const stream = (text: string, name = "stdout"): object => ({ output_type: "stream", name, text });
const display = (text: string, id?: string): object => {
  const data = { output_type: "display_data", data: { "text/plain": text }, metadata: {} };
  return id === undefined ? data : { ...data, transient: { display_id: id } };
};

describe("outputs are kept as a notebook's window shows them at the end:", () => {
  test("pieces of one stream are one text, until something else comes between", async () => {
    const cell = shows(stream("a"), stream("b\n"), stream("e", "stderr"), stream("c"));
    expect((await run(cell)).outputs).toEqual([[stream("ab\n"), stream("e", "stderr"), stream("c")]]);
  });

  test("a display is replaced under its name, also by a later cell, everywhere it stands", async () => {
    const update = { ...display("new", "d"), output_type: "update_display_data" };
    const { outputs } = await run(shows(display("old", "d"), display("other")), shows(display("again", "d"), update));
    expect(outputs).toEqual([[display("new"), display("other")], [display("new")]]);
  });

  test("clear_output takes away what stands above, at once or when something comes", async () => {
    const now = { output_type: "clear_output", wait: false };
    const then = { output_type: "clear_output", wait: true };
    const { outputs } = await run(
      shows(stream("a"), now),
      shows(stream("a"), then),
      shows(stream("a"), then, stream("b")),
    );
    expect(outputs).toEqual([[], [stream("a")], [stream("b")]]);
  });
});

describe("a run", () => {
  const fails = (fail: object = {}): string => JSON.stringify({ show: [stream("before")], fail });

  test("stops at the first cell that fails, and keeps what was shown until then", async () => {
    const { outputs, failure, told } = await run("{}", fails({ at: { line: 4, column: 1 } }), shows(stream("never")));
    expect(outputs).toEqual([[], [stream("before")], []]);
    expect(failure).toEqual({ cell: 2, line: 4, message: "Error: bad idea" });
    expect(told).toEqual([
      [1, 3, false],
      [2, 3, true],
    ]);
  });

  test("goes on after a cell tagged raises-exception, and passes over skip-execution and empty cells", async () => {
    const { outputs, failure, told } = await run(
      [fails(), "raises-exception"],
      [shows(stream("no")), "skip-execution"],
      " \n",
      shows(stream("yes")),
    );
    expect(outputs).toEqual([[stream("before")], [], [], [stream("yes")]]);
    expect(failure).toBeUndefined();
    expect(told).toEqual([
      [1, 2, true],
      [2, 2, false],
    ]);
  });

  test("begins no cell after its signal aborts", async () => {
    const stop = new AbortController();
    const each = (): void => stop.abort();
    const source = notebook(shows(stream("a")), shows(stream("b")));
    const { notebook: done, failure } = await runNotebook(source, {
      session,
      clock: virtualClock(),
      signal: stop.signal,
      each,
    });
    expect(done.cells.map(({ outputs }) => outputs)).toEqual([[stream("a")], []]);
    expect(failure).toBeUndefined();
  });

  test("counts the cells that ran, and records when", async () => {
    const clock = virtualClock(Date.UTC(2026, 0, 1));
    const slow: Pick<Session, "run"> = { run: async () => clock.sleep(250).then(() => ({ status: "ok" })) };
    const source = notebook("1", ["2", "skip-execution"], "3");
    const done = (await clock.run(runNotebook(source, { session: slow, clock }))).notebook;
    expect(done.cells.map(({ execution_count }) => execution_count)).toEqual([1, null, 2]);
    expect(done.cells[2]?.metadata.execution).toEqual({
      "iopub.status.busy": "2026-01-01T00:00:00.250Z",
      "iopub.execute_input": "2026-01-01T00:00:00.250Z",
      "shell.execute_reply": "2026-01-01T00:00:00.500Z",
      "iopub.status.idle": "2026-01-01T00:00:00.500Z",
    });
    expect(executedCells(done)).toEqual([1, 3]);
    expect(executedCells(source)).toEqual([]);
  });

  test("leaves out the place that a type error's text repeats", async () => {
    const type = { ename: "TypeError [TS2322]", evalue: "line 1:7: Type 'string' …", at: { line: 1, column: 7 } };
    const { failure } = await run(JSON.stringify({ fail: type }));
    expect(failure).toEqual({ cell: 1, line: 1, message: "TypeError [TS2322]: Type 'string' …" });
  });
});

test("a place is notebook:cell:line, or notebook:cell where no line is at fault", () => {
  expect(placeOf("a.ipynb", { cell: 3, line: 4 })).toBe("a.ipynb:3:4");
  expect(placeOf("a.ipynb", { cell: 3 })).toBe("a.ipynb:3");
});

test("a cell's source may be a list of lines", async () => {
  const lines = notebook("1");
  const source = ['{"show":[', `${JSON.stringify(stream("x"))}]}`];
  const cells = lines.cells.map((cell) => ({ ...cell, source }));
  const listed = readNotebook(JSON.stringify({ ...lines, cells }), "x.ipynb");
  expect((await runNotebook(listed, { session, clock: virtualClock() })).notebook.cells[0]?.outputs).toEqual([
    stream("x"),
  ]);
});
