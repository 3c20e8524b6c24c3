import { calmFate, type Fate, PLANTED, type Planted, type Schedule, scheduleOf, simulate } from "corrigenda/trial";
import { expect, test } from "vitest";

// A million schedules are run by hand: npm run trial:simulation -- --count 1000000

const calm: Schedule = {
  ...{ seed: 1, stages: ["batch"], limitRequests: 3, concurrency: 2, fates: [], spoil: 0, again: false },
  rows: [1, 2, 3, 4, 5, 2, 7].map((n) => ({ n })),
  faults: scheduleOf(1).faults,
};
const noFaults = Object.fromEntries(
  Object.keys(calm.faults).map((fault) => [fault, 0]),
) as unknown as Schedule["faults"];

/** Runs a schedule with lives that end at these steps, and gives the steps of all lives. */
async function stepsOf(schedule: Schedule, end: Fate["end"], ...at: readonly number[]): Promise<number> {
  const fates = at.map((step) => ({ ...calmFate, end, at: step }));
  const { problems, steps } = await simulate({ ...schedule, faults: noFaults, fates });
  expect(problems, `${schedule.stages} ${end} at ${at}`).toEqual([]);
  return steps;
}

test.each([
  ["batch", "kill"],
  ["batch", "power"],
  ["online", "kill"],
  ["online", "power"],
] as const)(
  "a killed run resumes from every single effect: nothing is sent twice, nothing is lost (%s, %s)",
  async (stage, end) => {
    const schedule = { ...calm, stages: [stage] };
    const steps = await stepsOf(schedule, "none");
    expect(steps).toBeGreaterThan(40);
    for (let at = 0; at < steps; at++) await stepsOf(schedule, end, at);
  },
);

test("a run killed at every pair of effects still pays each request once", async () => {
  const schedule: Schedule = { ...calm, rows: [{ n: 1 }], seed: 366 }; // its batch ends after a few looks
  const steps = await stepsOf(schedule, "none");
  let pairs = 0;
  for (let first = 0; first < steps; first++) {
    const second = (await stepsOf(schedule, "kill", first)) - first - 1;
    for (let at = 0; at < second; at++, pairs++) await stepsOf(schedule, at % 2 === 0 ? "kill" : "power", first, at);
  }
  expect(pairs).toBeGreaterThan(500);
}, 120_000);

test("with a service that cuts, refuses, expires and garbles, killed at random effects, each request is paid once", async () => {
  for (let seed = 0; seed < 120; seed++) {
    const { problems } = await simulate(scheduleOf(seed));
    expect(problems, `seed ${seed}: npm run trial:simulation -- --seed ${seed} --count 1`).toEqual([]);
  }
});

test("a seed is a schedule: run again it goes the same way, step by step", async () => {
  const traces = [[], []] as string[][];
  for (const trace of traces) await simulate(scheduleOf(14), { trace: (line) => trace.push(line) });
  expect(traces[0]?.length).toBeGreaterThan(50);
  expect(traces[0]).toEqual(traces[1]);
});

const NOTICED: Readonly<Record<Planted, RegExp>> = {
  "no-fsync": /is asked again|was lost|differ/,
  "no-intents": /paid twice by batch/,
  "no-find": /paid twice by batch/,
  "no-grace": /paid twice by batch/,
  "no-call-intent": /a paid call of row_\d+ is not in the ledger/,
  "early-reply": /was kept and is asked again/,
};

/** Whether a planted mistake is noticed within 200 schedules. */
async function isNoticed(planted: Planted): Promise<boolean> {
  for (let seed = 0; seed < 200; seed++) {
    const { problems } = await simulate(scheduleOf(seed), { planted });
    if (problems.some(({ text }) => NOTICED[planted].test(text))) return true;
  }
  return false;
}

test("the simulation would notice: a client that creates blindly after a lost answer is caught", async () => {
  expect(await isNoticed("no-find")).toBe(true);
});

test.each(PLANTED)("the simulation would notice: a client with the planted mistake %s is caught", async (planted) => {
  expect(await isNoticed(planted)).toBe(true);
});
