import { isStudyError } from "corrigenda/error";
import { collect, memoryDisk } from "corrigenda/files";
import { listStages, readMetrics, requireStage, verifyRun } from "corrigenda/results";
import { expect, test } from "vitest";
import { finishedRun } from "../results/fixture.ts";

const STAGE = { study: "demo", run: "r1", stage: "step1" };

/** What a reader of a spoilt record may do: read it, or say in one sentence what is wrong. */
async function outcomeOf(read: () => Promise<unknown>): Promise<string> {
  try {
    await read();
    return "read";
  } catch (error) {
    return isStudyError(error) && !error.message.includes("\n") ? "sentence" : String((error as Error).stack);
  }
}

test.each(["manifest.json", "config.json", "metrics.json"])(
  "%s cut before each of its bytes, or altered at each: it is read, or one sentence says what is wrong",
  async (name) => {
    const disk = await finishedRun(memoryDisk());
    const path = `demo/r1/step1/${name}`;
    const whole = Buffer.concat(await collect(disk.read(path)));
    const readers = [
      () => requireStage(disk, STAGE, "step1 again"),
      () => collect(listStages(disk)),
      () => readMetrics(disk, "demo/r1/step1"),
      () => collect(verifyRun({ root: disk, repository: disk, study: "demo", run: "r1" })),
    ];
    for (let at = 0; at < whole.length; at += 3) {
      const altered = Buffer.from(whole);
      altered[at] = (altered[at] ?? 0) ^ (1 << (at % 7));
      for (const bytes of [whole.subarray(0, at), altered]) {
        await disk.write(path, bytes);
        for (const read of readers) expect(await outcomeOf(read), `${name} at ${at}`).toMatch(/^(read|sentence)$/);
      }
    }
  },
);
