import type { Rng } from "corrigenda/rng";
import { realClock } from "corrigenda/time";
import type { Member } from "./crew.ts";
import type { PostgresServer } from "./postgres.ts";
import type { Wire } from "./wire.ts";

/** What is done on purpose to a crew that works over one Postgres. */
export type Disturbance = "kill worker" | "kill coordinator" | "pause" | "cut" | "restart";

export interface Crew {
  readonly server: PostgresServer;
  /** The last is the coordinator: the run's own process. */
  readonly members: Member[];
  /** A wire for each member. */
  readonly wires: readonly Wire[];
  /** Starts member `place` anew. */
  restart(place: number): Member;
}

/** Longer than a lease lasts without a heartbeat, and than the watch needs to see it. */
const BEYOND_LEASE_MS = 26_000;

/** Disturbs the crew once, and puts right what was disturbed. Ends at once where the coordinator has ended. */
async function disturb(crew: Crew, what: Disturbance, rng: Rng): Promise<void> {
  const { server, members, wires } = crew;
  const last = members.length - 1;
  const place = what === "kill coordinator" ? last : rng.int(Math.max(1, last));
  const member = members[place];
  if (!member) return;
  if (what === "restart") {
    await server.stop("immediate");
    await realClock.sleep(rng.int(1_500));
    await server.start();
  } else if (what === "pause") {
    member.signal("SIGSTOP");
    await outlast(crew, BEYOND_LEASE_MS);
    member.signal("SIGCONT");
  } else if (what === "cut") {
    wires[place]?.cut();
    await outlast(crew, BEYOND_LEASE_MS);
    wires[place]?.heal();
  } else {
    member.signal("SIGKILL");
    await member.ended();
    members[place] = crew.restart(place);
  }
}

async function outlast({ members }: Crew, ms: number): Promise<void> {
  const until = realClock.now() + ms;
  while (realClock.now() < until && members.at(-1)?.isRunning) await realClock.sleep(100);
}

export interface Disturbing {
  /** Done in turn. */
  readonly kinds: readonly Disturbance[];
  readonly times: number;
  /** Between two, on average, ms. */
  readonly everyMs: number;
  readonly rng: Rng;
  readonly signal: AbortSignal;
  readonly tell: (what: Disturbance) => void;
}

/** Disturbs a crew again and again until its coordinator has ended; how often what was done. */
export async function disturbOften(crew: Crew, options: Disturbing): Promise<ReadonlyMap<Disturbance, number>> {
  const { kinds, times, everyMs, rng, signal, tell } = options;
  const done = new Map<Disturbance, number>();
  const isRunning = (): boolean => crew.members.at(-1)?.isRunning === true;
  for (let n = 0; n < times && isRunning(); n++) {
    const until = realClock.now() + everyMs * (0.5 + rng.next());
    while (realClock.now() < until && isRunning()) await realClock.sleep(100, signal);
    const what = kinds[n % kinds.length];
    if (what === undefined || !isRunning()) break;
    tell(what);
    await disturb(crew, what, rng);
    done.set(what, (done.get(what) ?? 0) + 1);
  }
  await crew.members.at(-1)?.ended();
  return done;
}
