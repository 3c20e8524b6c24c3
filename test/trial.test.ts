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

const SUMS = /^\d+ kills: 0 lost, 0 repeated, 0 leaked, 0 files differ \(seed 1126\)$/;

// A thousand kills over all studies are run by hand: npx zx scripts/trial/kills.ts --kills 1000
test("the commands of a study killed at random moments and started again leave the files of an undisturbed run", async () => {
  const words = ["--studies", "ielts", "--kills", "3", "--folder", root.resolve("kills")];
  const { code, out, err } = await run("scripts/trial/kills.ts", ...words);
  expect(code, `${out}${err}`).toBe(0);
  expect(out.trimEnd().split("\n").at(-1)).toMatch(SUMS);
});

test("the simulation's script prints what was tried, and exits 1 with the seed where a planted mistake shows", async () => {
  const well = await run("scripts/trial/simulation.ts", "--count", "60");
  expect(well.code, well.err).toBe(0);
  expect(well.out).toContain("0 lost, 0 repeated, 0 leaked, 0 otherwise wrong");
  const badly = await run("scripts/trial/simulation.ts", "--count", "60", "--planted", "no-find");
  expect(badly.code).toBe(1);
  expect(badly.err).toMatch(/the simulation failed on seed \d+/);
});

test("damaged PDFs come out as pages or as one sentence, each from a process that may be killed", async () => {
  const words = ["--kind", "pdfs", "--count", "50", "--folder", root.resolve("malformed")];
  const { code, out, err } = await run("scripts/trial/malformed.ts", ...words);
  expect(code, `${out}${err}`).toBe(0);
  expect(out).toContain("every input came out as rows or as a clear sentence");
});
