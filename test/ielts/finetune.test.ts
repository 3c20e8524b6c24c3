import { placeWords, textLines } from "corrigenda/engine";
import { memoryDisk, nodeDisk } from "corrigenda/files";
import {
  askedName,
  checkPair,
  checkPrepared,
  costLine,
  type FileCheck,
  type FinetuneFlags,
  finetuneConfig,
  finetuneFlags,
  finetuneWords,
  goOnWords,
  hostingLine,
  type Metadata,
  type Prepared,
  personalWarning,
  type Tuned,
  trainingCost,
  tunedLines,
  tuningMetrics,
  tuningRun,
  tuningTrouble,
} from "corrigenda/ielts";
import { personalData } from "corrigenda/provider";
import { commandLine, loadTokenizer } from "corrigenda/text";
import { describe, expect, test } from "vitest";
import { z } from "zod";

const flags = (more: Partial<FinetuneFlags> = {}): FinetuneFlags => ({ ...z.object(finetuneFlags).parse({}), ...more });
const check: FileCheck = {
  ...{ examples: 400, bytes: 1, tokens: 400_000, mostTokens: 1_000, problems: [], problemCount: 0, advice: [] },
};
const price = { model: "gpt-4o-mini", usdPerMillion: 3 };

describe("a job is", () => {
  const dates = { newUntil: "2026-10-01", until: "2027-01-06", servedUntil: "2027-01-14" };
  const on = (service: "openai" | "azure", day: string) =>
    tuningTrouble(service, "gpt-4o-mini", dates, Date.parse(`${day}T12:00:00Z`));

  test("let be while everybody may tune", () => {
    expect(on("azure", "2026-09-30")).toEqual({
      warnings: ["Azure serves tuned models of gpt-4o-mini until 2027-01-14"],
    });
  });
  test("warned of once only those may who have tuned before", () => {
    expect(on("openai", "2026-11-21").warnings[0]).toBe(
      "since 2026-10-01 OpenAI trains gpt-4o-mini only for those who have tuned before, until 2027-01-06",
    );
  });
  test("refused by OpenAI's last day, in one sentence that says what else there is; Azure's day is not its last", () => {
    expect(on("openai", "2027-01-05").stop).toBeUndefined();
    expect(on("openai", "2027-01-06").stop).toBe(
      "OpenAI takes no fine-tuning jobs since 2027-01-06. Prepare for the other service (--target), or train a model of your own",
    );
    expect(on("azure", "2027-01-06").stop).toBeUndefined();
    expect(on("azure", "2027-01-14").warnings).toContain("Azure has ended tuned models of gpt-4o-mini on 2027-01-14");
  });
  test("left to the service where nothing is known", () => {
    expect(tuningTrouble("openai", "gpt-6-luna", undefined, 0).warnings).toEqual([
      "gpt-6-luna is not known to be tunable at OpenAI; the service decides",
    ]);
  });
});

test("training costs counted tokens × epochs × price; --max-cost stops it before anything is sent, also where no price is known", () => {
  expect(trainingCost(check, flags(), price)).toMatchObject({ epochs: 3, usd: 3.6 });
  expect(trainingCost(check, flags({ epochs: 5, maxCost: 6 }), price)).toMatchObject({ epochs: 5, usd: 6 });
  expect(() => trainingCost(check, flags({ epochs: 5, maxCost: 5.99 }), price)).toThrow(
    /about \$6.00, --max-cost is \$5.99/,
  );
  const unknown = { model: "m", usdPerMillion: undefined };
  expect(() => trainingCost(check, flags({ maxCost: 5 }), unknown)).toThrow(/no training price is known for m/);
  expect(costLine(trainingCost(check, flags(), price), "2026-11-21")).toBe(
    "training: 400,000 tokens × 3 epochs, about $3.60 at $3 a million (gpt-4o-mini, list price as of 2026-11-21, unconfirmed)",
  );
});

describe("files are not trained on", () => {
  const metadata = { target: "azure", provider: "azure" } as Metadata;
  const asked = { service: "azure", isOffline: false, simulated: false } as const;
  test("that are another service's, hold simulated evidence, or have faults", () => {
    expect(() => checkPrepared(metadata, { "train.jsonl": check }, asked)).not.toThrow();
    expect(() => checkPrepared(metadata, {}, { ...asked, service: "openai" })).toThrow(/prepare --target openai/);
    const mock = { ...metadata, provider: "offline" };
    expect(() => checkPrepared(mock, {}, asked)).toThrow(/the evidence in these files is simulated/);
    for (const more of [{ isOffline: true }, { simulated: true }])
      expect(() => checkPrepared(mock, {}, { ...asked, ...more })).not.toThrow();
    const problems = [{ line: 17, what: "is not JSON" }];
    expect(() => checkPrepared(metadata, { "train.jsonl": { ...check, problems } }, asked)).toThrow(
      /train\.jsonl:17 is not JSON/,
    );
  });
});

test("equal configs are one job: the run and the signed URL are no part of it, what trains is", () => {
  const found = {
    service: "azure",
    provider: "azure",
    base: "b",
    model: "m",
    train: "0123456789",
    validation: null,
  } as const;
  const config = finetuneConfig(flags(), found);
  expect(config.suffix).toBe("ielts-01234567");
  const secret = flags({ blobSas: true, until: "upload", maxCost: 3, cancel: true, simulated: true });
  expect(finetuneConfig(secret, found)).toEqual(config);
  for (const other of [{ epochs: 2 }, { seed: 1 }, { suffix: "x" }, { batchSize: 4 }, { learningRate: 0.5 }])
    expect(finetuneConfig(flags(other), found)).not.toEqual(config);
  expect(finetuneWords({ ...secret, epochs: 2, learningRate: 0.5 }).join(" ")).toBe(
    "--epochs 2 --learning-rate 0.5 --max-cost 3 --simulated",
  );
  expect(goOnWords({ placeWords }, { ...secret, results: "r", iMaySend: true }).join(" ")).toBe(
    "--max-cost 3 --simulated --results r --blob-sas --i-may-send",
  );
});

test("a folder belongs to the run that made it; one elsewhere to a run named after its training file", () => {
  const [root, train] = [nodeDisk("/r"), { sha256: "0123456789ab" }];
  expect(tuningRun(root, "/r/ielts/a/finetuning_data", train)).toBe("a");
  expect(tuningRun(root, "/r/ielts/a/finetuning_data/", train)).toBe("a");
  for (const elsewhere of ["/x/ielts/a/finetuning_data", "/r/ielts/a/b/finetuning_data", "/rr/ielts/a/finetuning_data"])
    expect(tuningRun(root, elsewhere, train)).toBe("finetune-01234567");
});

test("a tuned model is asked by its name at OpenAI, by its deployment on Azure, and what comes next is a command", () => {
  const tuned: Tuned = {
    ...{ provider: "openai", service: "openai", base_model: "m", model: "ft:m:o:s:1", job: "j", suffix: "s" },
    ...{ files: { train: "f", validation: null }, trained_tokens: 1_000, usd: 0.5 },
  };
  expect([askedName(tuned), askedName({ ...tuned, service: "azure" })]).toEqual(["ft:m:o:s:1", "s"]);
  expect(tunedLines(tuned, { folder: "f", results: "results", iMaySend: false })).toEqual([
    "tuned: ft:m:o:s:1 (1,000 tokens trained, about $0.50)",
    "next:",
    "  4. evaluate: npx zx scripts/ielts/evaluate.ts f --provider openai --tuned",
    "  5. deploy: npx zx scripts/ielts/deploy.ts f",
  ]);
});

test("the last losses lead the metrics, under the provider's name; events without them are passed over", () => {
  const event = (data?: object) => ({
    id: "e",
    at: 0,
    level: "info",
    message: "m",
    ...(data && { data: data as never }),
  });
  const metrics = tuningMetrics(
    [event(), event({ step: 1, train_loss: 2 }), event({ step: 9, train_loss: 0.5, valid_loss: 0.7 }), event()],
    "offline",
  );
  expect(metrics?.headline).toMatchObject({ name: "training loss, last step", value: 0.5, n: 9, provider: "offline" });
  expect(metrics?.metrics).toMatchObject([{ name: "validation loss, last step", value: 0.7 }]);
  expect(tuningMetrics([event()], "azure")).toBeUndefined();
});

test("words are quoted for a shell where they need it", () => {
  expect(commandLine(["a/b.ts", "my f", "it's", "$HOME"])).toBe(`npx zx a/b.ts 'my f' 'it'\\''s' '$HOME'`);
});

test("what looks like personal data is counted in both files, and said", async () => {
  const disk = memoryDisk();
  await disk.write("t.jsonl", "write to a.b@example.org\nDear Anna Miller\n");
  const prepared = { metadata: { target: "openai" }, inputs: [{ path: "t.jsonl" }] } as unknown as Prepared;
  const { personal } = await checkPair({ personalData, textLines }, disk, prepared, await loadTokenizer("o200k_base"));
  expect(personal).toEqual({ emails: 1, phones: 0, names: 1 });
  expect(personalWarning(personal, "azure")).toEqual([
    "what looks like personal data goes to azure: 1 e-mail addresses, 0 phone numbers, 1 names",
  ]);
  expect(personalWarning({ emails: 0, phones: 0, names: 0 }, "azure")).toEqual([]);
});

test("the price of hosting is said by the hour and by the month", () => {
  // 24 × 30 hours, as Microsoft's example counts a month: 1.70 × 30 × 24 = 1,224.
  expect(hostingLine("Standard", 1.7)).toBe(
    "hosting: $1.70 an hour on Standard, about $1,224 a month, used or not, until it is deleted",
  );
  expect(hostingLine("DeveloperTier", 0)).toContain("removed after 24 hours");
});
