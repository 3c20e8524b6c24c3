import { createHash } from "node:crypto";
import { isStudyError, StudyError } from "corrigenda/error";
import { type Outcome, type Prompt, requestKey, type Simulator } from "corrigenda/provider";
import { billKey } from "corrigenda/provider/offline";
import type { StageResult } from "corrigenda/results";
import { keyedRng } from "corrigenda/rng";
import type { StageEnd, StageSpec } from "./stages.ts";
import { type TableStage, tableStage } from "./table-stage.ts";
import { writeLines } from "./tables.ts";
import { readingProvider } from "./workplace.ts";

export interface MockQuestion<Row, Out> {
  readonly prompt: Prompt<Row, Out>;
  readonly rows: () => AsyncIterable<Row> | Iterable<Row>;
  readonly simulator: Simulator;
  /** Ends the work: StudyError "stopped". */
  readonly signal?: AbortSignal;
}

/**
 * Rows to outcomes without a service: a simulator answers in this process, as it would answer the same request behind the
 * offline service. Nothing is kept or billed, because nothing was paid.
 */
export async function* mockOutcomes<Row, Out>({
  prompt,
  rows,
  simulator,
  signal,
}: MockQuestion<Row, Out>): AsyncGenerator<Outcome<Row, Out>> {
  const provider = readingProvider({ name: "offline" });
  const usage = { input: 0, cached: 0, cacheWrite: 0, output: 0, reasoning: 0 };
  for await (const row of rows()) {
    signal?.throwIfAborted();
    const request = prompt.request(row);
    const wire = provider.encode(request);
    const place = { id: prompt.id(row), key: requestKey(provider, wire), row, usd: 0 };
    const rng = keyedRng("offline", wire.model, billKey(wire.endpoint, Buffer.from(wire.body)));
    const { model, messages, temperature = 1, schema } = request;
    const text = simulator({ model, messages, temperature, ...(schema && { schemaName: schema.name }) }, rng);
    const reply = { text: text ?? "", model, finish: "stop" as const, usage };
    try {
      yield { ...place, ok: true, value: prompt.parse(reply, row), reply };
    } catch (cause) {
      const error = isStudyError(cause) ? cause : new StudyError("reply", `${place.id}: cannot be read`, { cause });
      yield { ...place, ok: false, error, reply };
    }
  }
}

/** Asks a simulator and writes `<stage>.jsonl`, a finished stage like any other. */
export function mockStage<Row, Out>(
  where: Pick<TableStage, "root" | "clock">,
  spec: StageSpec,
  question: MockQuestion<Row, Out>,
  lines: (outcomes: AsyncIterable<Outcome<Row, Out>>) => AsyncIterable<string>,
): Promise<StageEnd> {
  return tableStage({ ...where, spec }, async ({ path }): Promise<StageResult> => {
    const counts = { done: 0, failed: 0 };
    const keys = createHash("sha256");
    const counted = async function* (): AsyncGenerator<Outcome<Row, Out>> {
      for await (const outcome of mockOutcomes(question)) {
        counts[outcome.ok ? "done" : "failed"] += 1;
        keys.update(`${outcome.key}\n`);
        yield outcome;
      }
    };
    await writeLines(where.root, path(`${spec.stage}.jsonl`), () => lines(counted()));
    return { outputs: [`${spec.stage}.jsonl`], counts, requestsRoot: keys.digest("hex") };
  });
}
