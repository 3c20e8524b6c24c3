import { StudyError } from "corrigenda/error";
import { collect } from "corrigenda/files";
import { sha256 } from "corrigenda/json";
import { type Lease, openShared, type Shared, shownAddress } from "corrigenda/store";
import { realClock } from "corrigenda/time";
import { startWire } from "corrigenda/trial";
import { describe, expect, test } from "vitest";
import { pgBudget } from "../../lib/store/pg-budget.ts";
import { type Database, openDatabase } from "../../lib/store/pg-database.ts";
import { sharedPostgres, sqlOn } from "./shared-postgres.ts";

const RUN = "s/r/one";
const { isHere, server, fresh, join } = sharedPostgres();
const take = async (shared: Shared): Promise<Lease> => {
  const leases = await shared.leases();
  for (;;) {
    const lease = await leases.take();
    if (lease) return lease;
    await realClock.sleep(50);
  }
};
const key = (n: number): string => sha256(`request ${n}`);

test("an address is shown without user name and password, also where its password holds @ and /", () => {
  expect(shownAddress("postgres://lab:p%40ss%2Fword@db.example:5433/lab")).toBe("postgres://db.example:5433/lab");
  expect(() => shownAddress("mysql://x")).toThrow(/is not one of a Postgres/);
});

describe.skipIf(!isHere)(
  "a shared Postgres (skipped where no server is installed: apt-get install postgresql-15)",
  () => {
    test("replies are looked up key by key, also where the table has just grown: none is found by reading it all", async () => {
      const address = await fresh();
      const { store } = await join(address);
      const reply = (n: number) => ({ key: key(n), run: RUN, via: "online", usd: 1e-4, raw: `{"n":${n}}` });
      for (let at = 0; at < 6_000; at += 1_000) await store.put(Array.from({ length: 1_000 }, (_, n) => reply(at + n)));
      const scanned = async (): Promise<number> => {
        const counters = "pg_stat_user_tables where schemaname = 'corrigenda' and relname = 'replies'";
        return Number((await sqlOn(address, `select seq_tup_read as n from ${counters}`))[0]?.n);
      };
      await realClock.sleep(1_500); // counters are told once a second
      const before = await scanned();
      const kept = await store.has(Array.from({ length: 1_000 }, (_, n) => key(5_500 + n)));
      expect(kept.filter(Boolean)).toHaveLength(500);
      expect((await Promise.all([1, 2, 5_999, 6_000].map((n) => store.get(key(n))))).map((one) => one?.raw)).toEqual([
        ...[{ n: 1 }, { n: 2 }, { n: 5_999 }, undefined],
      ]);
      await realClock.sleep(1_500);
      await store.spentUsd(RUN); // another statement of the same connections: they tell what they have counted
      await realClock.sleep(1_500);
      expect((await scanned()) - before).toBeLessThan(6_000);
    });

    test("a paused worker whose lease was taken writes no intent and completes nothing; its replies are kept", async () => {
      const address = await fresh();
      const [first, second] = [await join(address), await join(address)];
      const leases = await first.leases();
      await leases.put(RUN, [{ data: { n: 1 }, keys: [key(1), key(2)] }]);
      const paused = await take(first);
      expect(paused).toMatchObject({ run: RUN, data: { n: 1 }, token: 1 });
      const journal = await first.journal<{ t: string; key: string }>(RUN);
      expect(await journal.append({ t: "call", key: key(1) }, paused)).toBe(true);

      // No heartbeat for longer than a lease lasts: the watch of any process hands it on.
      await sqlOn(address, "update corrigenda_jobs.job set heartbeat_on = now() - interval '1 hour'");
      const taken = await take(second);
      expect(taken).toMatchObject({ id: paused.id, token: 2 });

      expect(await journal.append({ t: "call", key: key(2) }, paused)).toBe(false);
      await first.store.put([{ key: key(1), run: RUN, via: "online", usd: 0.1, raw: "{}" }]);
      expect(await leases.complete(paused)).toBe(false);
      expect([...(await leases.beat([paused]))]).toEqual([paused]);
      expect(await second.store.has([key(1), key(2)])).toEqual([true, false]);
      expect((await second.events(RUN)).length).toBe(1);
      const failed = new Map([[key(2), new StudyError("provider", "no", { facts: { status: 400 } })]]);
      expect(await (await second.leases()).complete(taken, (sql) => second.failures.add(sql, RUN, failed))).toBe(true);
      expect(await leases.open(RUN)).toEqual({ leases: 0, requests: 0 });
      expect((await first.failures.of(RUN)).get(key(2))).toMatchObject({ code: "provider", facts: { status: 400 } });
    }, 90_000);

    test("what nobody holds is taken back; what is held or in the queue is known by its keys", async () => {
      const shared = await join(await fresh());
      const leases = await shared.leases();
      const work = [1, 2, 3].map((n) => ({ data: { n }, keys: [key(n)] }));
      await leases.put(RUN, work);
      const held = await take(shared);
      expect((await collect(leases.openKeys(RUN))).sort()).toEqual([key(1), key(2), key(3)].sort());
      expect(await leases.open("s/r")).toEqual({ leases: 3, requests: 3 }); // a run is all its stages
      expect(await leases.open("s/ru")).toEqual({ leases: 0, requests: 0 });
      expect(await leases.withdraw("s/r")).toBe(1);
      expect(await leases.open(RUN)).toEqual({ leases: 1, requests: 1 });
      expect(await leases.complete(held)).toBe(true);
      expect(await leases.take()).toBeUndefined();
    }, 90_000);

    test("a journal keeps the order of its events, and a restart of Postgres in between loses none", async () => {
      const address = await fresh();
      const shared = await join(address);
      const journal = await shared.journal<{ n: number }>(RUN);
      const numbers = Array.from({ length: 300 }, (_, n) => n);
      const appended = Promise.all(numbers.slice(0, 200).map((n) => journal.append({ n })));
      await server().stop("immediate");
      const rest = Promise.all(numbers.slice(200).map((n) => journal.append({ n })));
      await server().start();
      expect(new Set([...(await appended), ...(await rest)])).toEqual(new Set([true]));
      expect(await shared.events(RUN)).toEqual(numbers.map((n) => ({ n })));
    }, 90_000);

    test("a cut wire is waited for, and the statement under way is repeated without effect on what is kept", async () => {
      const address = await fresh();
      await using wire = await startWire(server().port);
      const shared = await join(address.replace(`:${server().port}/`, `:${wire.port}/`));
      await shared.store.put([{ key: key(1), run: RUN, via: "online", usd: 1, raw: "{}" }]);
      wire.heal(); // ends every connection
      await Promise.all(
        [1, 2].map((n) => shared.store.put([{ key: key(n), run: RUN, via: "online", usd: 1, raw: "{}" }])),
      );
      expect(await shared.store.spentUsd(RUN)).toBe(2);
    }, 90_000);

    test("two processes that share money spend no more than the limit between them, and each gets some", async () => {
      const address = await fresh();
      const shared = [await join(address), await join(address)];
      const terms = { payer: "s/r", maxUsd: 1 };
      await shared[0]?.setBudget({ ...terms, spentUsd: 0.4 });
      let spent = 0.4;
      const spends = shared.map(async (one) => {
        const budget = one.budget(terms);
        let own = 0;
        for (;;) {
          if (budget.allows(0.01)) {
            budget.sent(0.01);
            await realClock.sleep(1);
            budget.ended(0.01, 0.008);
            own += 0.008;
            spent += 0.008;
          } else if (budget.isWaiting) await realClock.sleep(5);
          else break;
        }
        await budget.close();
        return own;
      });
      const owns = await Promise.all(spends);
      expect(spent).toBeLessThanOrEqual(1);
      expect(spent).toBeGreaterThan(0.97);
      for (const own of owns) expect(own).toBeGreaterThan(0.05);
    }, 90_000);

    test("requests a minute are shared: what one takes, the other has to wait for; a pause holds for both", async () => {
      const address = await fresh();
      const [a, b] = (await Promise.all([join(address), join(address)])).map((one) => one.rates("openai x", 1));
      const need = { input: 1, output: 1 };
      expect(a?.waitMs(need)).toBeGreaterThan(0); // a service that nobody has heard of yet: one look first
      while (a?.waitMs(need) !== 0) await realClock.sleep(5);
      a?.learn([{ meter: "requests", limit: 60, remaining: 12 }]);
      await realClock.sleep(1_200);
      let sent = 0;
      const until = realClock.now() + 1_500;
      while (realClock.now() < until) {
        for (const rates of [a, b])
          if (rates?.waitMs(need) === 0) {
            rates.take(need);
            sent += 1;
          }
        await realClock.sleep(5);
      }
      // 12 that were left, and one a second for what this test takes; alone, each would have had as many.
      expect(sent).toBeGreaterThanOrEqual(10);
      expect(sent).toBeLessThanOrEqual(12 + 8);
      b?.pause(60_000);
      await realClock.sleep(1_500);
      a?.waitMs(need);
      await realClock.sleep(300);
      expect(a?.waitMs(need)).toBeGreaterThan(500);
      await Promise.all([a?.close(), b?.close()]);
    }, 90_000);

    test("one process at a time hands out a run's work", async () => {
      const address = await fresh();
      const [a, b] = [await join(address), await join(address)];
      const never = new AbortController().signal;
      const claim = await a.claim(RUN, never, () => undefined);
      let waited = false;
      const second = b.claim(RUN, never, () => {
        waited = true;
      });
      await realClock.sleep(300);
      await claim.release();
      await (await second).release();
      expect(waited).toBe(true);
    }, 90_000);

    test("who was silent for too long learns that another hands out the work, and puts nothing more", async () => {
      const address = await fresh();
      const shared = await join(address);
      const leases = await shared.leases();
      const claim = await shared.claim(RUN, new AbortController().signal, () => undefined);
      await leases.put(RUN, [{ data: {}, keys: [key(1)] }], claim);
      await sqlOn(address, "update corrigenda.runs set holder = gen_random_uuid(), seen = clock_timestamp()");
      const put = leases.put(RUN, [{ data: {}, keys: [key(2)] }], claim);
      await expect(put).rejects.toMatchObject({ code: "locked" });
      await expect(claim.check()).rejects.toThrow(/another hands out its work now/);
      expect(await leases.open(RUN)).toEqual({ leases: 1, requests: 1 });
      while (!claim.lost.aborted) await realClock.sleep(50);
      expect(claim.lost.reason).toMatchObject({ code: "locked" });
      await claim.release();
    }, 90_000);

    test("runs that a process cannot work for keep it from no other run", async () => {
      const leases = await (await join(await fresh())).leases();
      for (let n = 0; n < 3; n++) await leases.put(RUN, [{ data: {}, keys: [key(n)] }]);
      await leases.put("s/r2/one", [{ data: {}, keys: [key(9)] }]);
      expect((await leases.take([RUN]))?.run).toBe("s/r2/one");
      expect(await leases.take([RUN])).toBeUndefined();
      expect((await leases.take())?.run).toBe(RUN);
    }, 90_000);

    test("a transaction that is repeated, since its answer was lost, counts what was paid once", async () => {
      const address = await fresh();
      const shared = await join(address);
      await shared.setBudget({ payer: "s/r", maxUsd: 1, spentUsd: 0 });
      const database = await openDatabase(address, realClock);
      const twice: Database = {
        ...database,
        transact: async (body) => {
          await database.transact(body);
          return database.transact(body);
        },
      };
      const budget = pgBudget(twice, "live", { payer: "s/r", maxUsd: 1 });
      for (let n = 0; n < 4; n++) {
        while (!budget.allows(0.1)) await realClock.sleep(20);
        budget.sent(0.1);
        budget.ended(0.1, 0.15);
      }
      await budget.close();
      const [row] = await sqlOn(address, "select spent_usd from corrigenda.budgets");
      expect(Number(row?.spent_usd)).toBeCloseTo(0.6, 9);
      expect(await sqlOn(address, "select from corrigenda.reserves")).toEqual([]);
      await database.close();
    }, 90_000);

    test("a schema newer than the code is refused in one line", async () => {
      const address = await fresh();
      await (await openShared(address, "live")).close();
      await sqlOn(address, "update corrigenda.version set n = 99");
      await expect(openShared(address, "live")).rejects.toThrow(
        /has schema version 99, this code knows 3; update the code/,
      );
    });

    test.each([
      ["a wrong password", "locked:wrong@", "", "config", /refuses the user name or the password/],
      ["no such database", "postgres@", "none", "config", /has no such database; create it/],
      ["missing rights", "weak@", "", "config", /let its owner grant create and use/],
    ])("%s is one sentence that says what to do, and shows no password", async (_, user, database, code, said) => {
      const address = await fresh();
      await sqlOn(
        address,
        `do $$ begin create user weak; exception when others then null; end $$;
       do $$ begin create user locked password 'right'; exception when others then null; end $$;
       revoke create on database ${new URL(address).pathname.slice(1)} from public`,
      );
      const wrong = new URL(address.replace("postgres@", user));
      if (database !== "") wrong.pathname = database;
      if (user.startsWith("locked")) {
        await server().requirePassword("locked");
      }
      const error = await openShared(wrong.href, "live").catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code, message: expect.stringMatching(said) });
      expect(`${(error as StudyError).message}${JSON.stringify((error as StudyError).facts)}`).not.toContain("wrong");
    });

    test("a server that does not answer is said so, with its address", async () => {
      const gone = openShared("postgres://u:secret@127.0.0.1:9/x", "live", { patienceMs: 0 });
      await expect(gone).rejects.toMatchObject({
        code: "network",
        message: "no answer from postgres://127.0.0.1:9/x: is the server running, and is the address right?",
      });
    });
  },
);
