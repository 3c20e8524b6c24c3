// npx zx scripts/bench/limiter.ts
// A service refuses what is above a limit that it never states (so many calls at a time, or so many a second): how near
// does the engine come to it, and how many calls are refused on the way? In virtual time: the same on every machine.
import { findLimit, openClaims } from "corrigenda/bench";
import { defineScript, main } from "corrigenda/cli";
import { z } from "zod";

const script = defineScript({
  name: "scripts/bench/limiter.ts",
  summary: "How near the engine comes to a limit that a service does not state.",
  flags: { calls: z.number().int().positive().default(20_000).describe("of each case") },
});

await main(script, async ({ calls }, { print }) => {
  const claims = openClaims(print);
  for (const kind of ["flight", "rate"] as const)
    for (const most of [10, 40, 150])
      for (const saysWhen of [true, false]) {
        const { share, wasted } = await findLimit({ kind, most, saysWhen }, calls);
        const limit = kind === "flight" ? `${most} at a time` : `${most * 5} a second`;
        const name = `hidden limit of ${limit}, Retry-After ${saysWhen ? "stated" : "not stated"}`;
        claims.add({ name, value: 100 * share, unit: "% of it", limit: 90, wanted: "at least", binding: true });
        const refused = { name: "  refused", value: 100 * wasted, unit: "% of the calls" };
        claims.add({ ...refused, limit: 2, wanted: "at most", binding: true });
      }
  claims.end();
});
