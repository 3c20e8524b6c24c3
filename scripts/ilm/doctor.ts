// npx zx scripts/ilm/doctor.ts
// Which engines and devices can train here, each with the speed of one second on a small model.
import { defineScript, main, table } from "corrigenda/cli";
import { isStudyError } from "corrigenda/error";
import { realClock } from "corrigenda/time";
import { ENGINES, type EnginePlace, measureSpeed } from "corrigenda/train";
import { z } from "zod";

const script = defineScript({
  name: "scripts/ilm/doctor.ts",
  summary: "ilm: engines and devices that work here.",
  flags: {
    engine: z.enum(["ort", "tfjs", "ref"]).optional().describe("only this one"),
    ms: z.number().int().positive().default(1000).describe("how long each is measured"),
  },
});

await main(script, async ({ engine: only, ms }, { print, progress, signal }) => {
  const places = Object.entries(ENGINES).flatMap(([engine, devices]) =>
    devices.map((device) => ({ engine, device }) as EnginePlace),
  );
  const rows: { engine: string; device: string; "tokens/s": string; note: string }[] = [];
  for (const { engine, device } of places.filter((one) => only === undefined || one.engine === only)) {
    signal.throwIfAborted();
    progress.update({ label: `${engine} on ${device}` });
    try {
      const speed = await measureSpeed({ engine, device }, realClock, ms);
      rows.push({ engine, device, "tokens/s": Math.round(speed).toLocaleString("en-US"), note: "works" });
    } catch (error) {
      if (!isStudyError(error)) throw error;
      rows.push({ engine, device, "tokens/s": "", note: error.message });
    }
  }
  progress.end();
  print(table(rows));
});
