/** One game: `score` is 1 where `a` won, 0 where `b` did, 0.5 for a draw. */
export interface Game {
  readonly a: string;
  readonly b: string;
  readonly score: number;
}

const ROUNDS = 1_000;
const CLOSE = 1e-7;

/**
 * Strengths under the Bradley-Terry model, as logarithms with mean 0: `a` beats `b` with odds exp(strength a - strength b).
 * A draw counts half for each side.
 * @param prior each player also has this many wins and losses against an average player, which keeps strengths finite where one
 * won all or nothing; 0 is maximum likelihood
 * @see Bradley & Terry 1952, Biometrika 39:324; Hunter 2004, Ann. Statist. 32:384 (the algorithm)
 */
export function bradleyTerry(games: readonly Game[], prior: number): Map<string, number> {
  const names = [...new Set(games.flatMap(({ a, b }) => [a, b]))];
  const place = new Map(names.map((name, at) => [name, at]));
  const wins = new Float64Array(names.length).fill(prior);
  const meetings = new Map<number, number>();
  for (const { a, b, score } of games) {
    const [i, j] = [place.get(a) as number, place.get(b) as number];
    wins[i] = (wins[i] as number) + score;
    wins[j] = (wins[j] as number) + 1 - score;
    const key = Math.min(i, j) * names.length + Math.max(i, j);
    meetings.set(key, (meetings.get(key) ?? 0) + 1);
  }
  const strengths = solve(wins, meetings, prior);
  return new Map(names.map((name, at) => [name, strengths[at] as number]));
}

/** Hunter's MM iteration. Runs a thousand times for one interval, so it allocates nothing in a round. */
function solve(wins: Float64Array, meetings: ReadonlyMap<number, number>, prior: number): number[] {
  const n = wins.length;
  const [keys, times] = [Float64Array.from(meetings.keys()), Float64Array.from(meetings.values())];
  const [left, right] = [
    Uint32Array.from(keys, (key) => Math.floor(key / n)),
    Uint32Array.from(keys, (key) => key % n),
  ];
  const skill = new Float64Array(n).fill(1);
  const weight = new Float64Array(n);
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < n; i++) weight[i] = (2 * prior) / ((skill[i] as number) + 1);
    for (let at = 0; at < times.length; at++) {
      const [i, j] = [left[at] as number, right[at] as number];
      const share = (times[at] as number) / ((skill[i] as number) + (skill[j] as number));
      weight[i] = (weight[i] as number) + share;
      weight[j] = (weight[j] as number) + share;
    }
    for (let i = 0; i < n; i++) weight[i] = (wins[i] as number) / (weight[i] as number);
    if (prior === 0) centre(weight);
    let moved = 0;
    for (let i = 0; i < n; i++) {
      moved = Math.max(moved, Math.abs((weight[i] as number) / (skill[i] as number) - 1));
      skill[i] = weight[i] as number;
    }
    if (moved < CLOSE) break;
  }
  const logs = Array.from(skill, Math.log);
  const middle = logs.reduce((sum, log) => sum + log, 0) / n;
  return logs.map((log) => log - middle);
}

/** Without a prior only ratios are known: the geometric mean is held at 1. */
function centre(skill: Float64Array): void {
  const middle = Math.exp(skill.reduce((sum, own) => sum + Math.log(own), 0) / skill.length);
  for (let i = 0; i < skill.length; i++) skill[i] = (skill[i] as number) / middle;
}

/** Of each player: the share of games that it is expected to win, against all others once. In (0, 1). */
export function expectedWins(strengths: ReadonlyMap<string, number>): Map<string, number> {
  const skills = Float64Array.from(strengths.values(), Math.exp);
  const others = Math.max(1, skills.length - 1);
  return new Map(
    [...strengths.keys()].map((name, at) => {
      const own = skills[at] as number;
      // Against itself it would win half.
      let total = -0.5;
      for (let other = 0; other < skills.length; other++) total += own / (own + (skills[other] as number));
      return [name, total / others];
    }),
  );
}

/** Something by what it costs and how good it is. */
export interface Offer {
  readonly system: string;
  /** US dollars. */
  readonly cost: number;
  /** More is better. */
  readonly quality: number;
}

/** Offers that no other one beats: none costs at most as much and is at least as good, and better in one of both. */
export function paretoFront(offers: readonly Offer[]): Set<string> {
  const front = new Set<string>();
  for (const { system, cost, quality } of offers) {
    const beaten = offers.some(
      (other) => other.cost <= cost && other.quality >= quality && (other.cost < cost || other.quality > quality),
    );
    if (!beaten) front.add(system);
  }
  return front;
}
