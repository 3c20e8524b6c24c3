import { memoryDisk } from "corrigenda/files";
import type { OpenAI } from "openai";
import { describe, expect, test } from "vitest";
import { always, type Bench, bench } from "./fixture.ts";

const PACE = { validateMs: 1_000, perRequestMs: 1_000, finalizeMs: 1_000 };
const START = Date.UTC(2026, 10, 21);

/** A clock that stands still until it is moved. */
function standing() {
  let now = START;
  return {
    clock: { now: () => now, sleep: () => new Promise<void>(() => undefined) },
    move: (ms: number) => {
      now += ms;
    },
  };
}

const example = (n: number): string =>
  JSON.stringify({
    messages: [
      { role: "system", content: "Score." },
      { role: "user", content: `essay ${n}` },
      { role: "assistant", content: "{}" },
    ],
  });
const examples = (n: number): string => Array.from({ length: n }, (_, at) => `${example(at)}\n`).join("");
const upload = async (client: OpenAI, text: string, name = "t.jsonl"): Promise<string> =>
  (await client.files.create({ purpose: "fine-tune", file: new File([text], name) })).id;
const model = "gpt-4o-mini-2024-07-18";

async function create(client: OpenAI, text: string, more: { suffix?: string; n_epochs?: number } = {}) {
  const { n_epochs = 2, suffix = "ielts" } = more;
  const method = { type: "supervised" as const, supervised: { hyperparameters: { n_epochs } } };
  return client.fineTuning.jobs.create({ model, training_file: await upload(client, text), suffix, method });
}

test("a job is validated, queued, run and ended on the service's clock; its model says that it is offline", async () => {
  const { clock, move } = standing();
  const { openai, bill } = await bench({ clock, pace: PACE });
  const job = await create(openai, examples(10));
  const at = async (ms: number): Promise<string> => {
    move(ms);
    return (await openai.fineTuning.jobs.retrieve(job.id)).status;
  };
  // 10 examples × 2 epochs at a second each, ± 20 %; the queue takes 0.5 to 1.5 s.
  expect([job.status, await at(999), await at(1), await at(1_500)]).toEqual([
    "validating_files",
    "validating_files",
    "queued",
    "running",
  ]);
  expect(await at(14_000)).toBe("running");
  expect(await at(10_000)).toBe("succeeded");
  const ended = await openai.fineTuning.jobs.retrieve(job.id);
  expect(ended.fine_tuned_model).toMatch(/^ft:gpt-4o-mini-2024-07-18:offline:ielts:/);
  expect(await bill()).toMatchObject([{ kind: "tuning_created", job: job.id, model, tokens: ended.trained_tokens }]);
});

test("events come newest first, by pages, each once, and only when they have happened", async () => {
  const { clock, move } = standing();
  const { openai } = await bench({ clock, pace: PACE });
  const { id } = await create(openai, examples(10));
  expect((await openai.fineTuning.jobs.listEvents(id)).data).toHaveLength(2);
  move(60_000);
  const ids: string[] = [];
  const losses: number[] = [];
  for await (const event of openai.fineTuning.jobs.listEvents(id, { limit: 7 })) {
    ids.push(event.id);
    const data = event.data as { train_loss?: number } | undefined;
    if (data?.train_loss !== undefined) losses.push(data.train_loss);
  }
  expect([ids.length, new Set(ids).size, losses.length]).toEqual([26, 26, 20]);
  expect(losses[0]).toBeLessThan(losses.at(-1) ?? 0);
});

describe("a file that services refuse fails its job:", () => {
  test.each<[string, string, RegExp]>([
    ["nine examples", examples(9), /has 9 example\(s\), but must have at least 10/],
    ["a line that is not JSON", `${examples(10)}{"messages":\n`, /Line 11: not parseable/],
    ["an unknown role", `${examples(10)}${example(1).replace("user", "human")}\n`, /Line 11: .*role/],
    ["no assistant", `${examples(10)}{"messages":[{"role":"user","content":"a"}]}\n`, /Line 11: no assistant/],
  ])("%s", async (_, text, why) => {
    const { clock, move } = standing();
    const { openai } = await bench({ clock, pace: PACE });
    const { id } = await create(openai, text);
    move(1_000);
    const { status, error, trained_tokens } = await openai.fineTuning.jobs.retrieve(id);
    expect([status, trained_tokens]).toEqual(["failed", null]);
    expect(error?.message).toMatch(why);
  });

  test("on Azure also one without a byte order mark", async () => {
    const { clock, move } = standing();
    const { azure } = await bench({ clock, pace: PACE });
    const [bare, marked] = [await upload(azure, examples(10)), await upload(azure, `\uFEFF${examples(10)}`)];
    move(1_000);
    const [a, b] = [
      await azure.fineTuning.jobs.create({ model, training_file: bare }),
      await azure.fineTuning.jobs.create({ model, training_file: marked }),
    ];
    move(200_000);
    const states = [a, b].map(async ({ id }) => (await azure.fineTuning.jobs.retrieve(id)).status);
    expect(await Promise.all(states)).toEqual(["failed", "succeeded"]);
    expect((await azure.fineTuning.jobs.retrieve(b.id)).fine_tuned_model).toMatch(
      /^gpt-4o-mini-2024-07-18\.ft-offline/,
    );
  });
});

test("what cannot be tuned is refused at once: a model, a file for something else, an account", async () => {
  const { openai } = await bench();
  const training_file = await upload(openai, examples(10));
  const refused = (body: object) => openai.fineTuning.jobs.create({ model, training_file, ...body }).catch(String);
  expect(await refused({ model: "gpt-6-luna" })).toContain("400 Model gpt-6-luna is not available for fine-tuning");
  const { id } = await openai.files.create({ purpose: "batch", file: new File([examples(10)], "b.jsonl") });
  expect(await refused({ training_file: id })).toContain("purpose 'fine-tune'");
  expect(await refused({ suffix: "x".repeat(65) })).toContain("suffix");
  expect(await refused({ hyperparameters: { n_epochs: 51 } })).toContain("n_epochs");
  const closed = await bench({ faults: always("noTuning") });
  expect(await create(closed.openai, examples(10)).catch(String)).toContain("403 Fine-tuning is not available");
});

test("a job outlives the service; a cancelled one is billed as cancelled and tells nothing more", async () => {
  const disk = memoryDisk();
  const { clock, move } = standing();
  const first = await bench({ disk, clock, pace: PACE });
  const { id } = await create(first.openai, examples(10));
  move(5_000);
  await first.close();
  const { openai, bill } = await bench({ disk, clock, pace: PACE });
  expect((await openai.fineTuning.jobs.cancel(id)).status).toBe("cancelled");
  const told = (await openai.fineTuning.jobs.listEvents(id, { limit: 100 })).data.length;
  move(60_000);
  expect((await openai.fineTuning.jobs.list()).data.map((job) => [job.id, job.status])).toEqual([[id, "cancelled"]]);
  expect((await openai.fineTuning.jobs.listEvents(id, { limit: 100 })).data).toHaveLength(told);
  expect((await bill()).map(({ kind }) => kind)).toEqual(["tuning_created", "tuning_cancelled"]);
  expect(await openai.fineTuning.jobs.retrieve("ftjob-none").catch(String)).toContain("404");
});

describe("Blob storage", () => {
  const put = ({ url }: Bench, path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/offline/blobs/${path}`, { method: "PUT", body, headers });

  test("takes blobs and lists of blocks with a signature, and nothing without", async () => {
    const one = await bench();
    const type = { "x-ms-blob-type": "BlockBlob" };
    expect((await put(one, "a?sig=s", "text", type)).status).toBe(201);
    expect((await put(one, "a?sig=s", "text")).status).toBe(400);
    expect((await put(one, "a", "text", type)).status).toBe(403);
    expect((await put(one, "b?sig=s&comp=block&blockid=MQ==", "one ")).status).toBe(201);
    expect((await put(one, "b?sig=s&comp=block&blockid=Mg==", "two")).status).toBe(201);
    const list = (...ids: string[]) => `<BlockList>${ids.map((id) => `<Latest>${id}</Latest>`).join("")}</BlockList>`;
    expect((await put(one, "b?sig=s&comp=blocklist", list("MQ==", "Mw=="))).status).toBe(400);
    expect((await put(one, "b?sig=s&comp=blocklist", list("Mg==", "MQ=="))).status).toBe(201);
    const read = await fetch(`${one.url}/offline/blobs/b?sig=s`);
    expect(await read.text()).toBe("twoone ");
    expect((await fetch(`${one.url}/offline/blobs/b`)).status).toBe(403);
  });

  test("Azure imports from it, and from nowhere else", async () => {
    const one = await bench({ pace: { ...PACE, validateMs: 0 } });
    await put(one, "t.jsonl?sig=s", examples(10), { "x-ms-blob-type": "BlockBlob" });
    const imported = (content_url: string) =>
      one.azure.post<{ id: string }>("/files/import", {
        body: { purpose: "fine-tune", filename: "t.jsonl", content_url },
      });
    const { id } = await imported(`${one.url}/offline/blobs/t.jsonl?sig=s`);
    expect((await one.azure.files.retrieve(id)).filename).toBe("t.jsonl");
    expect(await (await one.azure.files.content(id)).text()).toBe(examples(10));
    for (const url of [`${one.url}/offline/blobs/t.jsonl`, "https://example.org/t.jsonl?sig=s"])
      expect(await imported(url).catch(String)).toContain("400");
  });
});
