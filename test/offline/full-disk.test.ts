import { StudyError } from "corrigenda/error";
import { type Disk, memoryDisk } from "corrigenda/files";
import { offlineProvider, requestKey } from "corrigenda/provider";
import { readBill, startOfflineService } from "corrigenda/provider/offline";
import { scaledClock } from "corrigenda/time";
import { expect, test } from "vitest";

test("a batch that fails because the service's own disk is full costs nothing", async () => {
  const memory = memoryDisk();
  const full: Disk = {
    ...memory,
    draft: async () => {
      const draft = await memory.draft();
      const commit = async (path: string): Promise<void> => {
        if ([...(await memory.list("bills"))].length > 0) throw new StudyError("files", "the disk is full");
        await draft.commit(path);
      };
      return { ...draft, commit };
    },
  };
  const service = await startOfflineService({ disk: full, clock: scaledClock(2_000), simulators: [() => "yes"] });
  const provider = offlineProvider(service.url);
  const { batch } = provider;
  if (!batch) throw new Error("no batches");
  const wire = provider.encode({ model: "gpt-4o-mini", messages: [{ role: "user", content: "Why?" }] });
  const text = `${batch.line("row_1", wire)}\n`;
  const size = { requests: 1, bytes: text.length, tokens: 9, model: wire.model, endpoint: wire.endpoint };
  const chunk = { key: requestKey(provider, wire), ...size, blob: async () => new Blob([text]) };
  const id = await batch.create(chunk, await batch.upload(chunk));
  let state = await batch.state(id);
  while (state.status === "waiting") state = await batch.state(id);
  await service.close();
  expect(state.status).toBe("failed");
  const billed = [];
  for await (const line of readBill(memory)) if (line.kind === "batch") billed.push(line);
  expect(billed).toEqual([]);
});
