import { collect, type Disk, nodeDisk, readJsonl, readText } from "corrigenda/files";
import { simulateIelts, Tuned } from "corrigenda/ielts";
import { noFaults, type OfflineService, readBill, startOfflineService } from "corrigenda/provider/offline";
import { realClock } from "corrigenda/time";
import { afterAll, expect, test } from "vitest";
import { done, type Ended, run, start, temporary } from "./script.ts";

const root = temporary("ielts-finetune");
const services = new Set<OfflineService>();
const SAMPLE = ["scripts/ielts/prepare.ts", "--from", "data/sample/ielts/essays.csv"];
const FINETUNE = "scripts/ielts/finetune.ts";
const SECRET = "c2VjcmV0LXNpZ25hdHVyZQ%3D%3D";
afterAll(async () => {
  for (const service of services) await service.close();
  await root.remove(".");
});

const serve = async (folder: string, perRequestMs: number, rates = {}): Promise<string> => {
  const disk = nodeDisk(root.resolve(folder));
  const pace = { validateMs: 50, perRequestMs, finalizeMs: 50 };
  const faults = { ...noFaults, seed: 3, rates };
  const service = await startOfflineService({ disk, clock: realClock, simulators: [simulateIelts], pace, faults });
  services.add(service);
  return service.url;
};
/** The commands under "next:", by their names, as the words that follow "npx zx". */
const commandsIn = (said: string): Map<string, string[]> =>
  new Map(
    [...said.matchAll(/^ {2}\d\. (\w+): npx zx (.+)$/gm)].map(([, name = "", words = ""]) => [name, words.split(" ")]),
  );
const bill = async (folder: string) => collect(readBill(nodeDisk(root.resolve(folder))));
const ofKind = async (folder: string, kind: string) => (await bill(folder)).filter((line) => line.kind === kind);
const well = async (words: readonly string[], env: Record<string, string> = {}): Promise<string> => {
  const { code, out, err } = await start(words, env).ended;
  if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}:\n${out}${err}`);
  return out;
};
const tunedIn = async (folder: string): Promise<Tuned> =>
  Tuned.parse(JSON.parse(await readText(nodeDisk(root.resolve(folder)), "finetune/tuned.json")));
const textsBelow = async (disk: Disk, folder: string): Promise<string[]> => {
  const texts: string[] = [];
  for (const name of await disk.list(folder)) {
    const path = `${folder}/${name.replace(/\/$/, "")}`;
    texts.push(...(name.endsWith("/") ? await textsBelow(disk, path) : [await readText(disk, path)]));
  }
  return texts;
};
const oneLine = ({ code, err }: Ended): string => {
  expect([code, err.trim().split("\n").length]).toEqual([expect.any(Number), 1]);
  return err;
};

test("the five commands that prepare prints run as they stand against the offline service; one job, one deployment, and a real spread of passes", async () => {
  const results = ["--results", root.resolve("five")];
  const commands = commandsIn(await done(...SAMPLE, "--disable-azure", "--run", "r", ...results));
  expect([...commands.keys()]).toEqual(["upload", "create", "monitor", "deploy", "evaluate"]);
  const said = new Map<string, string>();
  for (const [name, words] of commands) said.set(name, await well(words));
  expect(said.get("upload")).toMatch(
    /^offline: nothing is trained, nothing is paid\ntraining: .*\nuploaded: file-.*, file-/,
  );
  expect(said.get("create")).toMatch(/\njob: ftjob-\w+\ncreated; go on: npx zx scripts/);
  expect(said.get("monitor")).toMatch(
    /\ntuned: gpt-4o-mini-2024-07-18\.ft-offline\w+-ielts-\w{8} \([\d,]+ tokens trained, nothing paid\)/,
  );
  expect(said.get("deploy")).toMatch(
    /^offline: deployed: ielts-\w{8} .*\nhosting: \$1\.70 an hour .*\ndelete: npx zx .* --delete\n$/,
  );
  const written = said.get("evaluate")?.match(/^written: (.+)$/m)?.[1] ?? "";
  const evaluation = JSON.parse(await readText(nodeDisk(written), "evaluation.json"));
  expect(evaluation).toMatchObject({ provider: "offline", model: (await tunedIn("five/ielts/r")).suffix });
  expect(evaluation.dispersion.mean).toBeGreaterThan(0);
  const votes = (await collect(readJsonl(nodeDisk(written), "evaluated.jsonl"))).map(
    ({ value }) => (value as unknown as { score: { votes: number[] } }).score.votes,
  );
  expect(votes.some((all) => new Set(all).size > 1)).toBe(true);
  const before = await well(commands.get("monitor") ?? []);
  expect(before).toContain("\ntuned: ");
  const kinds = (await bill("five/.offline")).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === "tuning_created" || kind === "deployed")).toEqual([
    "tuning_created",
    "deployed",
  ]);
  await done("scripts/ielts/report.ts", "r", "--figures=false", ...results);
  const page = await readText(root, "five/ielts/r/report.html");
  expect(page).toContain("<h2>Fine-tuning, simulated</h2>");
  expect(page).toContain("nothing was trained, the losses are simulated");
  const manifest = JSON.parse(await readText(root, "five/ielts/r/finetune/manifest.json"));
  expect(manifest).toMatchObject({ stage: "finetune", models: [{ requested: "gpt-4o-mini-2024-07-18" }] });
});

test("in Azure's dialect, with evidence from a model: Blob storage, kill -9 on the way, a deployment, scores by its name; no signature anywhere", async () => {
  const url = await serve("azure-service", 10, { server: 0.03, cutAfter: 0.03 });
  const env = {
    ...{ AZURE_OPENAI_API_KEY: "k", AZURE_OPENAI_ENDPOINT: url, AZURE_MANAGEMENT_ENDPOINT: url },
    ...{ AZURE_MANAGEMENT_TOKEN: "t", AZURE_SUBSCRIPTION_ID: "s", AZURE_RESOURCE_GROUP: "g" },
  };
  const results = ["--results", root.resolve("azure")];
  const commands = commandsIn(await well([...SAMPLE, "--run", "r", ...results], env));
  const [upload = [], monitor = [], deploy = []] = ["upload", "monitor", "deploy"].map((name) => commands.get(name));
  const sas = `${url}/offline/blobs?sv=2024-11-04&sp=cwr&sig=${SECRET}`;
  const texts = [await well([...upload, "--blob-sas"], { ...env, AZURE_BLOB_SAS: sas })];
  expect(texts[0]).toContain(" --blob-sas");
  for (let killed = 0; killed < 2; killed += 1) {
    const dying = start(monitor, env);
    await dying.says(killed === 0 ? "uploaded: " : "job: ");
    dying.kill("SIGKILL");
    await dying.ended;
  }
  texts.push(await well(monitor, env), await well([...deploy, "--dry-run"], env));
  expect(texts[2]).toMatch(/^PUT http:.*\/subscriptions\/s\/resourceGroups\/g\/.*\?api-version=2024-10-01\n/);
  expect(await ofKind("azure-service", "deployed")).toEqual([]);
  texts.push(await well(deploy, env), await well(deploy, env));
  expect(texts[4]).toMatch(/^deployed already: ielts-/);
  const { suffix } = await tunedIn("azure/ielts/r");
  await well(commands.get("evaluate") ?? [], env);
  const models = new Set((await ofKind("azure-service", "online")).map((line) => "model" in line && line.model));
  expect([...models]).toContain(suffix);
  expect((await ofKind("azure-service", "tuning_created")).length).toBe(1);
  expect((await ofKind("azure-service", "deployed")).length).toBe(1);
  const events = await collect(readJsonl(root, "azure/ielts/r/finetune/events.jsonl"));
  const ids = events.map(({ value }) => (value as { id: string }).id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const text of [...texts, ...(await textsBelow(root, "azure"))]) expect(text).not.toMatch(/c2VjcmV0|sp=cwr/);
});

test("at OpenAI: refusals are one line and start nothing, Ctrl-C leaves the job running, nothing has to be deployed", async () => {
  const url = await serve("openai-service", 30);
  const env = {
    OPENAI_API_KEY: "k",
    OPENAI_BASE_URL: `${url}/v1`,
    AZURE_OPENAI_API_KEY: "k",
    AZURE_OPENAI_ENDPOINT: url,
  };
  const results = ["--results", root.resolve("openai")];
  await done(...SAMPLE, "--disable-azure", "--target", "openai", "--run", "r", ...results);
  const folder = root.resolve("openai/ielts/r/finetuning_data");
  const command = [FINETUNE, folder, ...results, "--simulated"];
  const refused = async (...words: string[]): Promise<string> =>
    oneLine(await start([...command, ...words], env).ended);
  expect(await refused("--max-cost", "0.01")).toMatch(/^error\[budget\]: training would cost about \$/);
  expect(await refused("--target", "azure")).toContain("prepare --target azure");
  expect(await refused("--blob-sas")).toBe("error[config]: --blob-sas is for Azure only\n");
  expect(oneLine(await start(command.slice(0, -1), env).ended)).toContain("evidence in these files is simulated");
  expect(oneLine(await run("scripts/ielts/deploy.ts", folder, ...results))).toContain("no model was tuned on");
  expect(await bill("openai-service")).toEqual([]);
  const stopped = start(command, env);
  await stopped.says("job: ");
  stopped.kill("SIGINT");
  const { code, out } = await stopped.ended;
  expect([code, /a job that was started runs on; go on: npx zx (.+)$/m.exec(out)?.[1]]).toEqual([
    130,
    command.join(" ").replace(/(--results \S+) (--simulated)/, "$2 $1"),
  ]);
  const said = await well(command, env);
  expect(said).toMatch(/\ntuned: ft:gpt-4o-mini-2024-07-18:offline:ielts-\w{8}:/);
  expect((await bill("openai-service")).map(({ kind }) => kind)).toEqual(["tuning_created"]);
  const metadata = await readText(nodeDisk(folder), "metadata.json");
  await nodeDisk(folder).write("metadata.json", metadata.replace("data/sample/ielts/essays.csv", "own.csv"));
  const leaving = oneLine(await start(command, { OPENAI_API_KEY: "k" }).ended);
  expect(leaving).toMatch(/^error\[refused\]: data set 'user' may not leave this machine/);
  expect(await done("scripts/ielts/deploy.ts", folder, ...results)).toMatch(/^OpenAI: nothing has to be deployed/);
});
