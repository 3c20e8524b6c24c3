import {
  createProgress,
  createTerminal,
  duration,
  maskSecrets,
  renderProgress,
  secretsIn,
  table,
  textWidth,
} from "corrigenda/cli";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

function stream(
  isTTY: boolean,
  columns = 80,
): { text: string; write(text: string): void; isTTY: boolean; columns: number } {
  return {
    text: "",
    isTTY,
    columns,
    write(text) {
      this.text += text;
    },
  };
}

const ESCAPE = "\u001b";
const PIECES = new RegExp(`(${ESCAPE}\\[\\d[KA]|\\n|\\r)`);

/** What a terminal would show: applies \r, line erasing and cursor-up. */
function screen(text: string): string {
  const lines = [""];
  let row = 0;
  for (const part of text.split(PIECES)) {
    if (part === "\u001b[2K") lines[row] = "";
    else if (part === "\u001b[1A") row -= 1;
    else if (part === "\n") {
      row += 1;
      lines[row] ??= "";
    } else if (part !== "\r") lines[row] = part === "" ? (lines[row] ?? "") : part;
  }
  return lines.join("\n");
}

function fakeClock(): { now(): number; sleep(): Promise<void>; ms: number } {
  return {
    ms: 1_000_000,
    now() {
      return this.ms;
    },
    sleep: async () => undefined,
  };
}

describe("renderProgress", () => {
  const state = {
    label: "step2",
    total: 4000,
    done: 1990,
    failed: 10,
    tokens: 1_234_567,
    usd: 1.5,
    elapsedMs: 60_000,
    perSecond: 20,
  };

  test("shows bar, requests, failures, tokens, cost and time left", () => {
    expect(renderProgress(state, 120)).toBe(
      "step2  ━━━━━━━━━━──────────  2,000/4,000 50%  10 failed  1.2M tokens  $1.50  1m 40s left",
    );
  });

  test("says 100% only when all is done", () => {
    expect(renderProgress({ ...state, done: 3989, failed: 10 }, 120)).toContain("3,999/4,000 99%");
    expect(renderProgress({ ...state, done: 3990, failed: 10 }, 120)).toMatch(/100%.*in 1m 00s/);
  });

  test("says nothing about the time left while the speed is unknown", () => {
    expect(renderProgress({ label: "x", total: 10, done: 0, failed: 0, elapsedMs: 0 }, 80, true)).toBe("x  0/10 0%");
  });

  test("never takes more columns than there are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(120), fc.nat(5000), (label, width, done) => {
        expect(textWidth(renderProgress({ ...state, label, done }, width))).toBeLessThanOrEqual(width);
      }),
    );
  });

  test("durations read well", () => {
    expect([400, 59_600, 200_000, 7_500_000].map(duration)).toEqual(["0s", "1m 00s", "3m 20s", "2h 05m"]);
  });
});

describe("progress", () => {
  test("in a terminal redraws one line, and log lines stand above it", () => {
    const out = stream(true);
    const terminal = createTerminal(out);
    const clock = fakeClock();
    const progress = createProgress({ terminal, clock });
    progress.update({ label: "a", total: 10, done: 1 });
    terminal.line("uploaded");
    clock.ms += 1000;
    progress.update({ done: 5 });
    expect(screen(out.text).split("\n")).toEqual(["uploaded", expect.stringMatching(/^a {2}━+─+ {2}5\/10 50%/)]);
    progress.end();
    expect(screen(out.text)).toBe("uploaded\na  5/10 50%  1s left\n");
  });

  test("where less is done than before, other work began: its speed and time are its own", () => {
    const out = stream(true);
    const clock = fakeClock();
    const progress = createProgress({ terminal: createTerminal(out), clock });
    progress.update({ label: "a", total: 1000, done: 0 });
    clock.ms += 1000;
    progress.update({ done: 1000 });
    clock.ms += 60_000;
    progress.update({ label: "b", total: 10, done: 0 });
    expect(screen(out.text)).toMatch(/^b {2}─+ {2}0\/10 0%$/);
    clock.ms += 1000;
    progress.update({ done: 2 });
    expect(screen(out.text)).toMatch(/2\/10 20% {2}4s left$/);
    progress.end();
  });

  test("draws at most every 100 ms", () => {
    const out = stream(true);
    const clock = fakeClock();
    const progress = createProgress({ terminal: createTerminal(out), clock });
    for (let done = 0; done < 1000; done++) {
      clock.ms += 1;
      progress.update({ label: "a", total: 1000, done });
    }
    expect(out.text.match(/1000|1,000/g)?.length).toBe(10);
  });

  test("elsewhere a line that has not changed is written once", () => {
    const out = stream(false);
    const clock = fakeClock();
    const progress = createProgress({ terminal: createTerminal(out), clock });
    for (let look = 0; look < 10; look++) {
      progress.update({ label: "a · 1 open", total: 12, done: 0 });
      clock.ms += 6000;
    }
    progress.end();
    expect(out.text.match(/1 open/g)).toHaveLength(1);
  });

  test("elsewhere writes plain lines, at most every 5 s", () => {
    const out = stream(false);
    const clock = fakeClock();
    const progress = createProgress({ terminal: createTerminal(out), clock });
    for (let done = 0; done <= 12; done++) {
      progress.update({ label: "a", total: 12, done });
      clock.ms += 1000;
    }
    progress.end();
    expect(out.text.split("\n").map((line) => line.slice(0, 8))).toEqual([
      "a  0/12 ",
      "a  5/12 ",
      "a  10/12",
      "a  12/12",
      "",
    ]);
    expect(out.text).not.toContain("\u001b");
  });

  test("leaves no line where there was nothing to do", () => {
    const out = stream(true);
    const progress = createProgress({ terminal: createTerminal(out), clock: fakeClock() });
    progress.update({ label: "a", done: 0 });
    progress.end();
    expect(screen(out.text)).toBe("");
  });

  test("says nothing with LOG_LEVEL=error", () => {
    const out = stream(true);
    const progress = createProgress({ terminal: createTerminal(out), clock: fakeClock(), quiet: true });
    progress.update({ label: "a", total: 2, done: 1 });
    progress.end();
    expect(out.text).toBe("");
  });

  test("counts what came from the cache as done, not as speed", () => {
    const out = stream(false);
    const clock = fakeClock();
    const progress = createProgress({ terminal: createTerminal(out), clock });
    progress.update({ label: "a", total: 1000, done: 900 });
    clock.ms += 10_000;
    progress.update({ done: 910 });
    expect(out.text.trim().split("\n").at(-1)).toBe("a  910/1,000 91%  1m 30s left");
  });
});

describe("table", () => {
  test("aligns numbers to the right and counts Chinese characters as two columns", () => {
    const rows = [
      { method: "原因說明", rows: 1234, cost: 0.5 },
      { method: "plain", rows: 7, cost: null },
    ];
    expect(table(rows)).toBe(
      ["method     rows  cost", "────────  ─────  ────", "原因說明  1,234   0.5", "plain         7"].join("\n"),
    );
  });

  test("knows the width of combining marks, emoji and full-width forms", () => {
    expect(["e\u0301", "👍", "Ａ", "한", "a\u200b", "，"].map(textWidth)).toEqual([1, 2, 2, 2, 1, 2]);
  });
});

describe("maskSecrets", () => {
  test.each([
    ["key sk-proj-abcdefghijklmnop1234 refused", "key [masked] refused"],
    ["sk-ant-api03-AAAAbbbbCCCCdddd", "[masked]"],
    ["Authorization: Bearer abcdef123456", "Authorization: [masked]"],
    ["api-key=0123456789abcdef0123456789abcdef;x", "api-key=[masked];x"],
    ['{"api_key":"0123456789abcdef"}', '{"api_key":"[masked]"}'],
    ['{"note":"{\\"api_key\\":\\"0123456789abcdef\\"}"}', '{"note":"{\\"api_key\\":\\"[masked]\\"}"}'],
    ["postgres://me:hunter22@db/x", "postgres://[masked]@db/x"],
  ])("hides the key in %s", (text, masked) => {
    expect(maskSecrets(text)).toBe(masked);
  });

  test("leaves words, hashes and numbers alone", () => {
    const text = `task-runner wrote ${"ab12".repeat(16)} at 12:30, 42 tokens; monkey=banana`;
    expect(maskSecrets(text)).toBe(text);
  });

  test("hides the values of key variables, which may have no shape of their own", () => {
    const known = secretsIn({
      AZURE_OPENAI_API_KEY: "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
      HOME: "/home/someone",
      SHORT_KEY: "abc",
    });
    expect(known).toEqual(["0f1e2d3c4b5a69788796a5b4c3d2e1f0"]);
    expect(maskSecrets("401 for 0f1e2d3c4b5a69788796a5b4c3d2e1f0 at /home/someone", known)).toBe(
      "401 for [masked] at /home/someone",
    );
  });
});
