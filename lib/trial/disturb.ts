import type { Rng } from "corrigenda/rng";
import { realClock } from "corrigenda/time";
import { type Member, startMember } from "./crew.ts";
import type { PostgresServer } from "./postgres.ts";
import type { Environment } from "./processes.ts";
import { startWire, type Wire } from "./wire.ts";

/** What is done on purpose to a crew that works over one Postgres. */
export type Disturbance = "kill worker" | "kill coordinator" | "pause" | "cut" | "restart";

interface Crew {
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

export interface SharedWork {
  readonly server: PostgresServer;
  /** The database's address on that server. */
  readonly store: string;
  /** Workers, the run's own process among them. */
  readonly workers: number;
  /** The run's own process: its script and what follows it. */
  readonly coordinator: readonly string[];
  readonly env: Environment;
}

/** Workers bring a run to its end and are disturbed again and again meanwhile; how often what was done. */
export async function disturbWorkers(
  { server, store, workers, coordinator, env }: SharedWork,
  options: Disturbing,
): Promise<ReadonlyMap<Disturbance, number>> {
  await using open = new AsyncDisposableStack();
  const places = Array.from({ length: workers }, (_, place) => place);
  const wires = await Promise.all(places.map(() => startWire(server.port)));
  for (const wire of wires) open.use(wire);
  const restart = (place: number): Member => {
    const own = store.replace(`:${server.port}/`, `:${wires[place]?.port}/`);
    const words = place === workers - 1 ? coordinator : ["scripts/worker.ts", "--offline"];
    return startMember(words, { ...env, CORRIGENDA_STORE: own, LOG_LEVEL: "error" });
  };
  const crew = { server, wires, restart, members: places.map(restart) };
  open.defer(() => crew.members.forEach((member) => void member.signal("SIGKILL")));
  return await disturbOften(crew, options);
}

/** Until the coordinator has ended. */
async function disturbOften(crew: Crew, options: Disturbing): Promise<ReadonlyMap<Disturbance, number>> {
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
