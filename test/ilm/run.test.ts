import { setImmediate as turn } from "node:timers/promises";
import { deviceSlots, failureLine, planWork, runWork, type Slot, type Work } from "corrigenda/ilm";
import { describe, expect, test } from "vitest";
import { worldPlan } from "./compare-world.ts";

const machine = { cores: 8, gpus: 0 };

describe("devices", () => {
  test("each GPU is the only one that its process sees, so that results do not tell which it was", () => {
    expect(deviceSlots(["cuda:0", "cuda:2"], { ...machine, gpus: 3 })).toEqual([
      { device: "cuda", threads: undefined, env: { CUDA_VISIBLE_DEVICES: "0" } },
      { device: "cuda", threads: undefined, env: { CUDA_VISIBLE_DEVICES: "2" } },
    ]);
  });

  test("GPUs that were handed to this process are counted from cuda:0, and others refused", () => {
    const handed = { ...machine, gpus: 8, visible: "5,7" };
    expect(deviceSlots(["auto"], handed).map(({ env }) => env.CUDA_VISIBLE_DEVICES)).toEqual(["5", "7"]);
    expect(() => deviceSlots(["cuda:2"], handed)).toThrow("CUDA_VISIBLE_DEVICES=5,7 leaves no cuda:2");
  });

  test("jobs on the processor share its cores, unless it is said how many each takes", () => {
    expect(deviceSlots(["cpu", "cpu", "cpu"], machine).map(({ threads }) => threads)).toEqual([2, 2, 2]);
    expect(deviceSlots(["cpu"], machine)).toEqual([{ device: "cpu", threads: undefined, env: {} }]);
    expect(deviceSlots(["cpu", "cpu"], machine, 1).map(({ threads }) => threads)).toEqual([1, 1]);
  });

  test("auto takes each GPU, and where there is none each core", () => {
    expect(deviceSlots(["auto"], { ...machine, gpus: 1 })).toEqual([{ device: "webgpu", threads: undefined, env: {} }]);
    expect(deviceSlots(["auto"], { ...machine, gpus: 2 }).map(({ device }) => device)).toEqual(["cuda", "cuda"]);
    expect(deviceSlots(["auto"], machine)).toHaveLength(8);
  });
});

describe("a plan's work", () => {
  const plan = worldPlan({ transfer: { steps: 50, documents: ["all"] } });
  const prepared = ["C1", "B2", "B1", "A2", "A1", "all"].flatMap((level) => [`corpus-${level}`, `examples-${level}`]);
  const work = planWork(plan, { results: "results", run: "r1" });
  const [cpu, gpu] = [
    { device: "cpu" as const, env: {} },
    { device: "cuda" as const, env: {} },
  ];

  /** Runs work whose processes take one turn each; what began, and how many there were at a time. */
  async function worked(slots: readonly Slot[], fails: (id: string) => boolean = () => false) {
    const [began, ended]: [string[], string[]] = [[], []];
    let [now, most] = [0, 0];
    const end = await runWork(
      work,
      slots,
      prepared,
      async ({ id, needs }) => {
        for (const need of needs) expect([...prepared, ...ended]).toContain(need);
        began.push(id);
        most = Math.max(most, ++now);
        await turn();
        now -= 1;
        if (fails(id)) throw new Error(`${id} broke`);
        ended.push(id);
      },
      AbortSignal.timeout(10_000),
    );
    return { began, most, end };
  }

  test("is done once each, never before what it needs, on as many devices as there are", async () => {
    for (const slots of [[cpu], [cpu, cpu], [gpu, gpu, gpu, cpu, cpu]]) {
      const { began, most, end } = await worked(slots);
      expect(began.toSorted()).toEqual(work.map(({ id }) => id).toSorted());
      expect(most).toBe(slots.length);
      expect(failureLine(end, "r1")).toBeUndefined();
    }
    expect((await worked([cpu])).began.slice(0, 6)).toEqual(
      ["C1", "B2", "B1", "A2", "A1", "all"].map((level) => `train-${level}`), // R3.25: the source's order
    );
  });

  test("one failing model does not stop the others; what waits for it is named", async () => {
    const { began, end } = await worked([cpu, cpu], (id) => id === "train-all");
    expect(began).toContain("evaluate-C1");
    expect([...end.failed.keys()]).toEqual(["train-all"]);
    expect(end.waiting).toContain("evaluate-all");
    expect(end.waiting).toContain("train-all-to-B2");
    expect(end.waiting).not.toContain("evaluate-average");
    expect(failureLine(end, "r1")).toMatch(
      /^train-all of r1 failed, so train-all-to-C1, .* could not begin; the reasons/,
    );
  });

  test("after an abort nothing is begun, and what runs is waited for", async () => {
    const stopping = new AbortController();
    const began: string[] = [];
    let running = 0;
    await runWork(
      work,
      [cpu, cpu],
      prepared,
      async ({ id }: Work) => {
        began.push(id);
        running += 1;
        await turn();
        if (began.length === 2) stopping.abort();
        await turn();
        running -= 1;
      },
      stopping.signal,
    );
    expect([began.length, running]).toEqual([2, 0]);
  });

  test("is the same command on every device, but for the device", () => {
    const words = (device: "cpu" | "cuda") => work.map((one) => one.words({ device }).join(" "));
    expect(words("cpu").map((text) => text.replace("--device cpu", "--device cuda"))).toEqual(words("cuda"));
    expect(words("cuda")[0]).toContain(
      "scripts/ilm/train-ilm.ts C1 results/ilm/r1/train-C1 results/ilm/r1/examples-C1",
    );
    expect(words("cuda").at(-1)).toBe("scripts/ilm/evaluate.ts r1 --model average --device cuda --results results");
  });

  test("the folds of a model are evaluated by one process, when all are trained", () => {
    const folded = planWork(worldPlan({ split: "fold" }), { results: "results", run: "r1" });
    const own = folded.find(({ id }) => id === "evaluate-C1");
    expect(own?.needs.filter((need) => need.startsWith("train-"))).toHaveLength(5);
    expect(own?.stages).toHaveLength(5);
  });
});
