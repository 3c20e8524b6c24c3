import os from "node:os";
import path from "node:path";
import { fetchModel } from "corrigenda/dataset";
import { collect, nodeDisk } from "corrigenda/files";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { type HubServer, type Served, SHA, serveHub } from "./hub-server.ts";

const disk = nodeDisk(path.join(os.tmpdir(), `corrigenda-hub-model-${process.pid}`));
const CONFIG = Buffer.from('{"n_head": 2}');
const WEIGHTS = Buffer.from("weights ".repeat(100));
const FILES = { "README.md": CONFIG, "config.json": CONFIG, "model.safetensors": WEIGHTS, "pytorch_model.bin": CONFIG };
const TOKEN = "hf_secretsecret";

let hub: HubServer | undefined;
const serve = async (served: Partial<Served> = {}): Promise<string> => {
  hub = await serveHub({ dataset: "me/gpt2", kind: "models", files: FILES, plain: ["config.json"], ...served });
  return hub.url;
};
const fetchFrom = (endpoint: string, model = "me/gpt2", token?: string) =>
  fetchModel(disk, "models", model, { endpoint, token });
const bytes = async (file: string): Promise<Buffer> => Buffer.concat(await collect(disk.read(file)));

afterEach(async () => {
  await hub?.close();
  await disk.remove("models");
});
afterAll(() => disk.remove("."));

describe("weights of the hub", () => {
  test("are config.json and safetensors alone, of one commit, and are fetched once", async () => {
    const url = await serve();
    const { folder, revision } = await fetchFrom(url);
    expect([folder, revision]).toEqual([`models/me--gpt2/${SHA}`, SHA]);
    expect(await disk.list(folder)).toEqual(["config.json", "model.safetensors"]);
    expect((await bytes(`${folder}/model.safetensors`)).equals(WEIGHTS)).toBe(true);
    const asked = hub?.seen.length;
    await hub?.close();
    expect(await fetchFrom("http://127.0.0.1:9")).toEqual({ folder, revision });
    expect(hub?.seen.length).toBe(asked);
  });

  test("that broke off go on where they stopped, and are not taken for whole before", async () => {
    const url = await serve();
    await disk.write(`models/me--gpt2/${SHA}/model.safetensors`, WEIGHTS.subarray(0, 300));
    if (hub) hub.breakOff = 100;
    await expect(fetchFrom(url)).rejects.toThrow(/cannot be reached \(config\.json broke off\)/);
    expect(await disk.size("models/me--gpt2/fetched.json")).toBeUndefined();
    if (hub) hub.breakOff = 0;
    const { folder } = await fetchFrom(url);
    expect((await bytes(`${folder}/model.safetensors`)).equals(WEIGHTS)).toBe(true);
    expect(hub?.seen.filter((one) => one.includes("/cdn/")).at(-1)).toContain(`bytes=300-${WEIGHTS.length - 1}`);
  });

  test("that arrive otherwise than the hub has them are thrown away, in LFS or in git itself", async () => {
    for (const plain of [[], ["config.json", "model.safetensors"]]) {
      const url = await serve({ wrongHash: true, plain });
      await expect(fetchFrom(url)).rejects.toThrow("config.json did not arrive as the hub has it (its hash differs)");
      expect(await disk.size(`models/me--gpt2/${SHA}/config.json`)).toBeUndefined();
      await hub?.close();
    }
  });

  test("that are not public need HF_TOKEN, which no message shows", async () => {
    const url = await serve({ token: TOKEN });
    await expect(fetchFrom(url)).rejects.toThrow(/^the hub does not give me\/gpt2 to you \(status 401\)/);
    const refused: unknown = await fetchFrom("http://127.0.0.1:9", "me/gpt2", TOKEN).catch((error: unknown) => error);
    expect(`${refused} ${JSON.stringify(refused)}`).not.toContain(TOKEN);
    expect((await fetchFrom(url, "me/gpt2", TOKEN)).revision).toBe(SHA);
  });

  test.each<[string, Partial<Served>, string, RegExp]>([
    ["a model that is not there", {}, "me/other", /^the hub has no model "me\/other"; write <owner>\/<name>/],
    ["a name that is none", {}, "../../etc", /^the hub has no model/],
    ["a model as a pickle alone", { files: { "pytorch_model.bin": CONFIG } }, "me/gpt2", /has no model\.safetensors/],
    ["a hub that is ill", { status: 503 }, "me/gpt2", /\(status 503\); try again, or put its config\.json and/],
  ])("%s is one sentence", async (_, served, model, sentence) => {
    await expect(fetchFrom(await serve(served), model)).rejects.toThrow(sentence);
  });

  test("without a network are one sentence that says what to do", async () => {
    await expect(fetchFrom("http://127.0.0.1:9")).rejects.toThrow(
      /^the Hugging Face hub at http:\/\/127\.0\.0\.1:9 cannot be reached \(no connection\); try again, or put its config\.json and model\.safetensors into a folder and name that$/,
    );
  });
});
