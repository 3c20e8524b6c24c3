import { checkPlace, ENGINES, type EnginePlace, measureSpeed, openEngine, PRECISIONS } from "corrigenda/train";
import { expect, test } from "vitest";
import { sourceOf, tinyOptions, tinyState } from "./tiny.ts";

const model = { vocab: 5, context: 4, width: 4, layers: 1, heads: 1 };

test("an engine is opened by its name, and refuses a device that it does not know", async () => {
  const open = (place: EnginePlace) => openEngine(place, tinyOptions(model), sourceOf(tinyState(model)));
  const names: string[] = [];
  for (const engine of Object.keys(ENGINES) as (keyof typeof ENGINES)[]) {
    const executor = await open({ engine, device: "cpu", threads: 1 });
    names.push(executor.name);
    await executor.dispose();
  }
  expect(names).toEqual(["ort on cpu", "tfjs on cpu", "ref"]);
  await expect(open({ engine: "ref", device: "cuda" })).rejects.toThrow("the engine ref runs on cpu, not on cuda");
});

test("no engine takes half precision in silence: each refuses it in one line, on every device", () => {
  for (const engine of Object.keys(ENGINES) as (keyof typeof ENGINES)[])
    for (const device of ENGINES[engine])
      for (const precision of PRECISIONS) {
        const check = () => checkPlace({ engine, device, precision });
        if (precision === "fp32") expect(check).not.toThrow();
        else expect(check).toThrow(`${engine} on ${device} trains in fp32 alone, and so does every other engine here`);
      }
});

test("speed is counted in tokens of the steps after the first", async () => {
  let now = 0;
  // Each look at the clock is 100 ms later: one at the start, one after each step, one at the end.
  const speed = await measureSpeed({ engine: "ort", device: "cpu", threads: 1 }, { now: () => (now += 100) }, 300);
  expect(speed).toBe((3 * 2 * 64 * 1000) / 400);
});
