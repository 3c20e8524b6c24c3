import type { Database } from "./pg-database.ts";

/** What one call takes: tokens in and out. */
interface Need {
  readonly input: number;
  readonly output: number;
}

type Meter = "requests" | "tokens" | "input" | "output";

interface Stated {
  readonly meter: Meter;
  readonly limit?: number;
  readonly remaining?: number;
}

/** Requests and tokens a minute that several processes share, and pauses that hold for all of them. */
export interface SharedRates {
  /** 0: a call may go by what this process has been allotted; else look again after so long. */
  waitMs(need: Need): number;
  take(need: Need): void;
  /** The call took other than was estimated. */
  correct(estimate: Need, actual: Need): void;
  learn(stated: readonly Stated[]): void;
  /** Holds the calls of all processes back. */
  pause(ms: number): void;
  close(): Promise<void>;
}

/** What this process may use up before it asks again. */
interface Grant {
  perMinute: number;
  left: number;
}

// The database is asked about once a second, not once a call: a slice is a second's worth.
const LOOK_MS = 1_000;
const SLICES_A_MINUTE = 60;
const SOON_MS = 25;

/**
 * The rates of one account at one service. @param service what names it, without any key
 * @param scale how many times as fast as the machine's the callers' clock goes
 */
export function pgRates({ sql, clock }: Database, service: string, scale: number): SharedRates {
  const grants = new Map<Meter, Grant>();
  let [lookedAt, pausedUntil] = [Number.NEGATIVE_INFINITY, 0];
  let asking: Promise<void> | undefined;
  let [learnedAt, isClosed] = [Number.NEGATIVE_INFINITY, false];
  const look = async (need: Need): Promise<void> => {
    const meters = [...grants.keys()];
    const wanted = meters.map((meter) => wantOf(grants.get(meter), amount(meter, need)));
    const { rows } = await sql(TAKE, [service, meters, wanted]);
    const now = clock.now();
    lookedAt = now;
    for (const { meter, per_minute, granted, paused_ms } of rows) {
      pausedUntil = Math.max(0, now + Number(paused_ms));
      if (meter === null) continue;
      const grant = grants.get(meter as Meter) ?? { perMinute: 0, left: 0 };
      grants.set(meter as Meter, { perMinute: Number(per_minute), left: grant.left + Number(granted) });
    }
  };
  const ask = (need: Need): void => {
    if (isClosed) return;
    asking ??= look(need)
      .catch(() => undefined) // no connection: the journal waits for it, and says so in the end
      .finally(() => {
        asking = undefined;
      });
  };
  return {
    waitMs: (need) => {
      const now = clock.now();
      if (now - lookedAt > LOOK_MS) ask(need);
      if (lookedAt === Number.NEGATIVE_INFINITY) return SOON_MS * scale;
      if (pausedUntil > now) return Math.min(LOOK_MS, pausedUntil - now) * scale;
      for (const [meter, { left }] of grants) {
        if (left >= amount(meter, need)) continue;
        ask(need);
        return SOON_MS * scale;
      }
      return 0;
    },
    take: (need) => {
      for (const [meter, grant] of grants) grant.left -= amount(meter, need);
    },
    correct: (estimate, actual) => {
      for (const [meter, grant] of grants) grant.left += amount(meter, estimate) - amount(meter, actual);
    },
    learn: (stated) => {
      const now = clock.now();
      const news = stated.filter(({ limit, remaining }) => (limit ?? remaining ?? 0) > 0);
      if (news.length === 0 || now - learnedAt < LOOK_MS || isClosed) return;
      learnedAt = now;
      const limits = news.map(({ meter, limit, remaining = 0 }) =>
        Math.max(limit ?? 0, limit === undefined ? Math.max(remaining, grants.get(meter)?.perMinute ?? 0) : 0),
      );
      const left = news.map(({ remaining }, place) => remaining ?? limits[place]);
      for (const [place, { meter }] of news.entries())
        if (!grants.has(meter)) grants.set(meter, { perMinute: limits[place] ?? 0, left: 0 });
      sql(LEARN, [service, news.map(({ meter }) => meter), limits, left]).then(
        () => {
          lookedAt = Math.min(lookedAt, now - LOOK_MS);
        },
        () => undefined,
      );
    },
    pause: (ms) => {
      pausedUntil = Math.max(pausedUntil, clock.now() + ms / scale);
      sql(PAUSE, [service, ms / scale]).catch(() => undefined);
    },
    close: async () => {
      isClosed = true;
      await asking;
      const meters = [...grants.keys()];
      const left = meters.map((meter) => -Math.max(0, grants.get(meter)?.left ?? 0));
      if (meters.length > 0) await sql(TAKE, [service, meters, left]).catch(() => undefined);
    },
  };
}

function wantOf(grant: Grant | undefined, need: number): number {
  if (!grant) return 0;
  return Math.max(0, Math.max(grant.perMinute / SLICES_A_MINUTE, need) - grant.left);
}

function amount(meter: Meter, { input, output }: Need): number {
  if (meter === "requests") return 1;
  if (meter === "input") return input;
  return meter === "output" ? output : input + output;
}

// A bucket holds a minute's worth. A call larger than the whole bucket goes when it is full, and leaves it in debt.
const TAKE = `
  with asked as (select * from unnest($2::text[], $3::float8[]) asked(meter, want)),
  held as (
    select r.meter, r.per_minute, coalesce(want, 0) as want,
      least(r.per_minute, r.level + extract(epoch from clock_timestamp() - r.at) / 60 * r.per_minute) as level
    from corrigenda.rates r left join asked using (meter) where r.service = $1 order by r.meter for update of r),
  granted as (
    select *, case when want < 0 or want > per_minute and level >= per_minute * 0.999 then want
      else greatest(0, least(level, want)) end as granted from held),
  moved as (
    update corrigenda.rates r set level = least(g.per_minute, g.level - g.granted), at = clock_timestamp()
    from granted g where r.service = $1 and r.meter = g.meter)
  select g.meter, g.per_minute, g.granted,
    extract(epoch from s.paused_until - clock_timestamp()) * 1000 as paused_ms
  from corrigenda.services s left join granted g on true where s.service = $1`;

const SERVICE = "insert into corrigenda.services (service) values ($1) on conflict do nothing";

const LEARN = `
  with service as (${SERVICE}),
  stated as (select * from unnest($2::text[], $3::float8[], $4::float8[]) stated(meter, per_minute, level) order by meter)
  insert into corrigenda.rates as r (service, meter, per_minute, level)
  select $1, meter, per_minute, level from stated
  on conflict (service, meter) do update set per_minute = excluded.per_minute, at = clock_timestamp(),
    level = least(excluded.level, r.level + extract(epoch from clock_timestamp() - r.at) / 60 * r.per_minute)`;

const PAUSE = `
  insert into corrigenda.services (service, paused_until) values ($1, clock_timestamp() + $2 * interval '1 ms')
  on conflict (service) do update set paused_until = greatest(services.paused_until, excluded.paused_until)`;
