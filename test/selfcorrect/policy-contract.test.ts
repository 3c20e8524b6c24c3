import { isStudyError } from "corrigenda/error";
import type { Json } from "corrigenda/json";
import { keyedRng, type Rng } from "corrigenda/rng";
import {
  ALGORITHMS,
  createPolicy,
  type DrawingPolicy,
  ERROR_MODES,
  frozenPolicy,
  type Observation,
  type RtsContext,
  restorePolicy,
} from "corrigenda/selfcorrect";
import { describe, expect, test } from "vitest";

const actions = ["none", ...Array.from({ length: 9 }, (_, at) => `p_${at}`)];
const names = [
  ...ALGORITHMS,
  "always:p_3",
  "halting:gaussian_ts",
  "halting:beta_ts",
  "halting:gaussian_ts_pooled",
  "halting:lin_ts",
];
const policies: readonly (readonly [string, () => DrawingPolicy])[] = [
  ...names.map((name) => [name, () => createPolicy(name, { actions })] as const),
  ["frozen:gaussian_ts_pooled", () => frozenPolicy(createPolicy("gaussian_ts_pooled", { actions, sure: 0.5 }))],
  ["thompson_sampling without none", () => createPolicy("thompson_sampling", { actions: actions.slice(1) })],
];

function anyContext(rng: Rng): RtsContext {
  const errorMode = rng.pick([...ERROR_MODES, "unknown"] as const);
  return { errorMode, confidence: rng.next(), lastPromptId: null, turnIndex: rng.int(6) };
}

/** Rewards that differ by action: -1, 0 or 1 less tokens. */
function rewardOf(action: string, rng: Rng): number {
  if (action === "none") return 0;
  const u = rng.next();
  return (u < 0.15 + 0.03 * Number(action.slice(2)) ? 1 : u < 0.5 ? -1 : 0) - 0.02;
}

function step(policy: DrawingPolicy, context: RtsContext, rng: Rng): { action: string; next: DrawingPolicy } {
  const { action } = policy.choose(context, rng);
  return { action, next: policy.after([{ context, action, reward: rewardOf(action, rng) }]) };
}

function taught(policy: DrawingPolicy, steps: number, seed: string): DrawingPolicy {
  const rng = keyedRng(7, seed);
  let now = policy;
  for (let at = 0; at < steps; at++) now = step(now, anyContext(rng), rng).next;
  return now;
}

/** The largest distance of a share from its probability, in its standard errors. */
function worst(counts: readonly number[], p: readonly number[], draws: number): number {
  return Math.max(
    ...p.map((share, at) => {
      const off = Math.abs((counts[at] ?? 0) - draws * share);
      return off === 0 ? 0 : off / Math.sqrt(draws * share * (1 - share));
    }),
  );
}

describe.each(policies)("%s", (_, make) => {
  test("propensities sum to 1, and the chosen action's is the decision's", () => {
    const rng = keyedRng(1, "propensities");
    let policy = make();
    for (let at = 0; at < 60; at++) {
      const context = anyContext(rng);
      const p = policy.propensities(context, rng);
      const decision = policy.choose(context, rng);
      expect(p).toHaveLength(decision.candidates.length);
      expect(Math.min(...p)).toBeGreaterThanOrEqual(0);
      expect(p.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      expect(decision.propensity).toBe(p[decision.candidates.indexOf(decision.action)]);
      expect(decision.propensity).toBeGreaterThan(0);
      policy = step(policy, context, rng).next;
    }
  });

  test("what choose and pick do is as frequent as the propensities say, within 4.5 standard errors", () => {
    const policy = taught(make(), 300, "frequencies");
    const context: RtsContext = { errorMode: "wavering", confidence: 0.5, lastPromptId: null, turnIndex: 1 };
    const rng = keyedRng(2, "frequencies");
    const p = policy.propensities(context, rng);
    const { candidates } = policy.choose(context, rng);
    const draws = 2_000;
    for (const act of [() => policy.choose(context, rng).action, () => policy.pick(context, rng)]) {
      const counts = candidates.map(() => 0);
      for (let at = 0; at < draws; at++) {
        const place = candidates.indexOf(act());
        counts[place] = (counts[place] ?? 0) + 1;
      }
      // Shares of less than 1e-4 are not the normal's business: one hit in 2,000 draws is many standard errors.
      const seen = p.map((share) => (share < 1e-4 ? 0 : share));
      expect(counts.every((n, at) => n <= 1 || (p[at] ?? 0) > 1e-5)).toBe(true);
      expect(
        worst(
          counts.map((n, at) => (seen[at] ? n : 0)),
          seen,
          draws,
        ),
      ).toBeLessThan(4.5);
    }
  });

  test("saved as text and restored, it takes the same next 1,000 actions", () => {
    let ours = taught(make(), 150, "restored");
    let theirs = restorePolicy(JSON.parse(JSON.stringify(ours.state())) as Json);
    expect([theirs.algorithm, theirs.version, theirs.stats()]).toEqual([ours.algorithm, ours.version, ours.stats()]);
    const [rngs, found] = [
      [keyedRng(3, "next"), keyedRng(3, "next")],
      [[] as string[], [] as string[]],
    ];
    for (let at = 0; at < 1_000; at++) {
      for (const [place, policy] of [ours, theirs].entries()) {
        const rng = rngs[place] as Rng;
        const { action, next } = step(policy, anyContext(rng), rng);
        found[place]?.push(action);
        if (place === 0) ours = next;
        else theirs = next;
      }
    }
    expect(found[1]).toEqual(found[0]);
    expect(theirs.state()).toEqual(ours.state());
  });

  test("a state is never changed: after others have learned it decides and saves as before", () => {
    const before = taught(make(), 100, "immutable");
    const act = (): string[] => {
      const rng = keyedRng(4, "acts");
      return Array.from({ length: 50 }, () => JSON.stringify(before.choose(anyContext(rng), rng)));
    };
    const [decided, saved] = [act(), JSON.stringify(before.state())];
    taught(before, 100, "others");
    expect([act(), JSON.stringify(before.state())]).toEqual([decided, saved]);
  });

  test("observations together teach what they teach one after another", () => {
    const rng = keyedRng(5, "together");
    const start = make();
    const { candidates } = start.choose(anyContext(rng), rng);
    const seen = Array.from({ length: 80 }, (): Observation => {
      const action = rng.pick(candidates);
      return { context: anyContext(rng), action, reward: rewardOf(action, rng) };
    });
    const together = start.after(seen);
    expect(together.state()).toEqual(seen.reduce((policy, one) => policy.after([one]), start).state());
    expect(together.version).toBe(start.algorithm.startsWith("frozen:") ? 0 : 80);
  });

  test("an action it does not have, a reward and a context that are no numbers are refused", () => {
    const context: RtsContext = { errorMode: "corrected", confidence: 0.5, lastPromptId: null, turnIndex: 0 };
    const [policy, rng] = [make(), keyedRng(6)];
    const refused = (act: () => unknown): boolean => {
      try {
        act();
      } catch (error) {
        return isStudyError(error, "dataset");
      }
      return false;
    };
    expect(refused(() => policy.after([{ context, action: "p_99", reward: 0 }]))).toBe(true);
    expect(refused(() => policy.after([{ context, action: "p_3", reward: Number.NaN }]))).toBe(true);
    const nowhere = { ...context, confidence: Number.NaN };
    expect(refused(() => policy.after([{ context: nowhere, action: "p_3", reward: 0 }]))).toBe(true);
    expect(refused(() => policy.choose(nowhere, rng))).toBe(true);
  });
});

test("ties: the first by the deterministic rules, evenly by the others", () => {
  const context: RtsContext = { errorMode: "anchored", confidence: 0.5, lastPromptId: null, turnIndex: 0 };
  const arms = ["a", "b", "c", "d"];
  const shares = (name: string): readonly number[] =>
    createPolicy(name, { actions: arms }).propensities(context, keyedRng(1));
  for (const name of ["ucb1", "lin_ucb"]) expect(shares(name)).toEqual([1, 0, 0, 0]);
  for (const name of [
    "greedy",
    "epsilon_greedy",
    "regcb",
    "random",
    "thompson_sampling",
    "gaussian_ts",
    "beta_ts",
    "squarecb",
  ])
    for (const share of shares(name)) expect(share).toBeCloseTo(0.25, 9);
});

test.each([
  ["", {}, 'there is no policy ""'],
  ["thompson", {}, 'there is no policy "thompson"'],
  ["__proto__", {}, 'there is no policy "__proto__"'],
  ["always:p_99", {}, 'needs the action "p_99"'],
  ["halting:gaussian_ts", { actions: ["a"] }, 'needs the action "none"'],
  ["halting:random", {}, "cannot tell how sure it is"],
  ["halting:thompson_sampling", {}, "cannot tell how sure it is"],
  ["gaussian_ts", { actions: ["a", "a"] }, "names an action twice"],
  ["gaussian_ts", { noise: 0 }, "noise"],
  ["beta_ts", { range: [1, 0] as [number, number] }, "does not rise"],
])("the policy %j with %j is refused: %s", (name, options, part) => {
  expect(() => createPolicy(name, { actions, ...options })).toThrow(part);
});

test.each(["random", "never", "always:p_3"])("%s learns nothing: frozen it does the same", (name) => {
  const context: RtsContext = { errorMode: "anchored", confidence: 0.5, lastPromptId: null, turnIndex: 0 };
  const policy = createPolicy(name, { actions });
  expect(frozenPolicy(policy).propensities(context, keyedRng(1))).toEqual(policy.propensities(context, keyedRng(1)));
});

test("a state that no policy wrote is refused with the place of what is wrong", () => {
  const state = createPolicy("gaussian_ts", { actions }).state() as Record<string, Json>;
  const broken: readonly (readonly [Json, string])[] = [
    [{}, "algorithm"],
    [{ ...state, version: -1 }, "version"],
    [{ ...state, learned: { nowhere_low_early: { n: [], gain: [], loss: [] } } }, "nowhere_low_early"],
    [{ ...state, learned: { anchored_low_early: { n: [1], gain: [1], loss: [0] } } }, "anchored_low_early.n"],
    [{ ...state, algorithm: "guess" }, 'there is no policy "guess"'],
  ];
  for (const [saved, part] of broken) expect(() => restorePolicy(saved)).toThrow(part);
});
