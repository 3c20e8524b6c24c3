import { expect, test } from "vitest";
import { calm, type Faults, type Row, rough, World } from "./world.ts";

const rows: Row[] = [1, 2, 3, 4, 5, 2].map((n) => ({ n }));
const expected = rows.map(({ n }) => ({ id: `row_${n}`, ok: true, value: n * n }));

/** Runs to the end with kills at the given effects (counted from the last start); returns effects of each life. */
async function live(seed: number, faults: Faults, kills: readonly number[]): Promise<number[]> {
  const world = new World(seed, faults);
  const lives: number[] = [];
  for (const kill of [...kills, Number.POSITIVE_INFINITY]) {
    world.effects = 0;
    world.killAt = kill;
    const end = await world.client(rows);
    lives.push(world.effects);
    if (end === "killed") continue;
    const got = end.map((outcome) => ({
      id: outcome.id,
      ok: outcome.ok,
      value: outcome.ok ? outcome.value : outcome.error.message,
    }));
    expect(got, `seed ${seed}, kills at ${kills}`).toEqual(expected);
    break;
  }
  expect(world.problems, `seed ${seed}, kills at ${kills}`).toEqual([]);
  expect([...world.billed.values()].every((times) => times === 1)).toBe(true);
  expect(world.billed.size).toBe(5);
  return lives;
}

test("a killed run resumes from every single effect: nothing is sent twice, nothing is lost", async () => {
  const [effects = 0] = await live(1, calm, []);
  expect(effects).toBeGreaterThan(40);
  for (let kill = 0; kill < effects; kill++) await live(1, calm, [kill]);
});

test("a run killed at every pair of effects still pays each request once", async () => {
  const [effects = 0] = await live(1, calm, []);
  for (let first = 0; first < effects; first++) {
    const [, second = 0] = await live(1, calm, [first]);
    for (let kill = 0; kill < second; kill++) await live(1, calm, [first, kill]);
  }
}, 120_000);

test("with a service that cuts, refuses, expires and garbles, killed at random effects, each request is paid once", async () => {
  for (let seed = 0; seed < 400; seed++) {
    const kills = [(seed * 7919) % 130, (seed * 104_729) % 110, (seed * 31) % 60];
    await live(seed, rough, kills);
  }
}, 60_000);

test("the simulation would notice: a client that creates blindly after a lost answer is caught", async () => {
  const world = new World(3, calm);
  world.batches.push({
    id: "batch_x",
    chunk: "someone else's",
    lines: [{ id: "row_1", n: 1 }],
    createdAt: world.clock.now(),
    visibleAt: 0,
    end: "completed",
    results: "",
    done: 0,
    outputAt: 0,
  });
  await world.client(rows);
  expect(world.problems).toEqual(["batch created twice over row_1"]);
});
