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

/** Hunter's MM iteration. */
function solve(wins: Float64Array, meetings: ReadonlyMap<number, number>, prior: number): number[] {
  const n = wins.length;
  const pairs = [...meetings].map(([key, times]) => ({ i: Math.floor(key / n), j: key % n, times }));
  let skill = new Float64Array(n).fill(1);
  for (let round = 0; round < ROUNDS; round++) {
    const weight = skill.map((own) => (2 * prior) / (own + 1));
    for (const { i, j, times } of pairs) {
      const share = times / ((skill[i] as number) + (skill[j] as number));
      weight[i] = (weight[i] as number) + share;
      weight[j] = (weight[j] as number) + share;
    }
    const next = centred(
      wins.map((won, at) => won / (weight[at] as number)),
      prior,
    );
    const moved = next.reduce((most, own, at) => Math.max(most, Math.abs(own / (skill[at] as number) - 1)), 0);
    skill = next;
    if (moved < CLOSE) break;
  }
  const logs = Array.from(skill, Math.log);
  const centre = logs.reduce((sum, log) => sum + log, 0) / n;
  return logs.map((log) => log - centre);
}

/** Without a prior only ratios are known: the geometric mean is held at 1. */
function centred(skill: Float64Array<ArrayBuffer>, prior: number): Float64Array<ArrayBuffer> {
  if (prior > 0) return skill;
  const centre = Math.exp(skill.reduce((sum, own) => sum + Math.log(own), 0) / skill.length);
  return skill.map((own) => own / centre);
}

/** Of each player: the share of games that it is expected to win, against all others once. In (0, 1). */
export function expectedWins(strengths: ReadonlyMap<string, number>): Map<string, number> {
  return new Map(
    [...strengths].map(([name, own]) => {
      const others = [...strengths].filter(([other]) => other !== name);
      const total = others.reduce((sum, [, strength]) => sum + 1 / (1 + Math.exp(strength - own)), 0);
      return [name, total / Math.max(1, others.length)];
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
