import { afterAll, expect, test } from "vitest";
import { run, temporary } from "./scripts/script.ts";

const root = temporary("trial");
afterAll(() => root.remove("."));

// 200 kills for each wire are run by hand: npm run trial:batch -- --kills 200
// Side by side: most of a trial is waiting.
test.concurrent.each([
  ["openai", 20],
  ["azure", 6],
  ["anthropic", 6],
] as const)(
  "killed over and over on the %s wire, with faults at the service: nothing is lost, made twice or paid twice",
  async (wire, kills) => {
    const words = ["--wire", wire, "--kills", String(kills), "--folder", root.resolve(wire)];
    const { code, out, err } = await run("scripts/trial/batch.ts", ...words);
    expect(code, `${out}${err}`).toBe(0);
    const [head = "", , line = "", ...rest] = out.trimEnd().split("\n");
    const names = head.trim().split(/ {2,}/);
    const row = Object.fromEntries(
      line
        .trim()
        .split(/ {2,}/)
        .map((value, at) => [names[at], value]),
    );
    expect(row).toMatchObject({
      wire,
      kills: String(kills),
      lost: "0",
      createdTwice: "0",
      paidTwice: "0",
      tablesThatDiffer: "0",
    });
    expect(Number(row.billed)).toBeGreaterThan(295);
    expect(rest).toEqual([
      "0 paid replies lost, 0 batches created twice, 0 requests paid twice, final tables byte-identical (seed 1126)",
    ]);
  },
);
