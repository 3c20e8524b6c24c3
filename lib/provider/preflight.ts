import type { JsonObject } from "corrigenda/json";
import { type ModelFacts, modelFacts } from "./models.ts";
import { strictFaults } from "./strict-schema.ts";
import type { ModelRequest } from "./types.ts";

/** What would go wrong, before anything is paid. "stop": the service would refuse, or the run could not end. */
export interface Finding {
  readonly level: "stop" | "warn";
  readonly code:
    | "shutdown"
    | "unknown-model"
    | "temperature"
    | "effort"
    | "schema"
    | "schema-name"
    | "context"
    | "output";
  readonly message: string;
}

export interface PreflightOptions {
  /** The provider's name. Offline nothing is really sent: a model that has ended is a warning there. */
  readonly provider: string;
  /** ms since 1970. */
  readonly now: number;
  /** When the last reply is to be expected: a batch may take 24 h. */
  readonly expectedEnd: number;
}

/** Looks at every request of a run in passing; schemas and models are judged once. */
export interface Preflight {
  /** @param tokens estimated input tokens */
  add(request: ModelRequest, tokens: number): void;
  /** In the order in which they came up. */
  findings(): readonly Finding[];
}

const DAY_MS = 86_400_000;
const WARN_DAYS = 30;

export function preflight(options: PreflightOptions): Preflight {
  const found = new Map<string, Finding>();
  const report = (level: Finding["level"], code: Finding["code"], message: string): void => {
    if (!found.has(message)) found.set(message, { level, code, message });
  };
  const models = new Map<string, { readonly facts: ModelFacts | undefined; readonly largest: Largest }>();
  const schemas = new WeakSet<JsonObject>();
  const names = new Set<string>();
  const modelOf = (id: string): { readonly facts: ModelFacts | undefined; readonly largest: Largest } => {
    const known = models.get(id);
    if (known) return known;
    const entry = { facts: modelFacts(id), largest: { over: 0, tokens: 0, output: 0 } };
    models.set(id, entry);
    for (const [level, code, message] of modelFindings(id, entry.facts, options)) report(level, code, message);
    return entry;
  };
  return {
    add(request, tokens) {
      const { facts, largest } = modelOf(request.model);
      if (facts) {
        if (request.temperature !== undefined && facts.family !== "gpt")
          report("stop", "temperature", `${request.model} takes no temperature: leave it out for this model`);
        if (request.effort !== undefined && facts.family === "gpt")
          report("stop", "effort", `${request.model} does not reason and takes no effort: leave it out for this model`);
        if (facts.maxOutputTokens !== undefined && (request.maxOutputTokens ?? 0) > facts.maxOutputTokens)
          report(
            "stop",
            "output",
            `${request.model} writes at most ${facts.maxOutputTokens} tokens, ${request.maxOutputTokens} were asked for: lower maxOutputTokens`,
          );
        note(largest, facts, tokens, request.maxOutputTokens ?? 0);
      }
      if (!request.schema) return;
      const { name, schema } = request.schema;
      if (!names.has(name)) {
        if (names.size < 10_000) names.add(name);
        if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) report("stop", "schema-name", nameFault(name));
      }
      if (schemas.has(schema)) return;
      schemas.add(schema);
      for (const fault of strictFaults(schema))
        report("stop", "schema", `schema "${name}" is outside the strict subset: ${fault}`);
    },
    findings: () => [...found.values(), ...[...models].flatMap(([id, entry]) => overflow(id, entry))],
  };
}

function* modelFindings(
  id: string,
  facts: ModelFacts | undefined,
  { provider, now, expectedEnd }: PreflightOptions,
): Generator<readonly [Finding["level"], Finding["code"], string]> {
  if (!facts) {
    // A compatible server's models are its own; on Azure a deployment may have any name.
    yield [
      "warn",
      "unknown-model",
      `nothing is known of the model "${id}": its limits, price and end date are not checked`,
    ];
    return;
  }
  const maker = facts.providers[0];
  if (facts.shutdownDate === undefined || (provider !== maker && provider !== "offline")) return;
  const end = Date.parse(facts.shutdownDate);
  const instead = facts.replacement ? `use ${facts.replacement}` : "choose another model";
  const stop = provider === "offline" ? "warn" : "stop";
  const offline = provider === "offline" ? "it answers only offline; with a key, " : "";
  if (end <= now) yield [stop, "shutdown", `${maker} shut ${id} down on ${facts.shutdownDate}: ${offline}${instead}`];
  else if (end <= expectedEnd)
    yield [
      stop,
      "shutdown",
      `${maker} shuts ${id} down on ${facts.shutdownDate}, before this run would end: ${instead}`,
    ];
  else if (end - expectedEnd <= WARN_DAYS * DAY_MS) {
    const days = Math.floor((end - expectedEnd) / DAY_MS);
    yield [
      "warn",
      "shutdown",
      `${maker} shuts ${id} down on ${facts.shutdownDate}, ${days} days after this run: ${instead} soon`,
    ];
  }
}

/** Requests that do not fit, and the largest of them. */
interface Largest {
  over: number;
  tokens: number;
  output: number;
}

function note(largest: Largest, facts: ModelFacts, tokens: number, output: number): void {
  if (facts.contextTokens === undefined || tokens + output <= facts.contextTokens) return;
  largest.over += 1;
  if (tokens + output <= largest.tokens + largest.output) return;
  largest.tokens = tokens;
  largest.output = output;
}

function overflow(id: string, { facts, largest }: { facts: ModelFacts | undefined; largest: Largest }): Finding[] {
  if (largest.over === 0) return [];
  const many = largest.over === 1 ? "1 request does" : `${largest.over} requests do`;
  const size = `${Math.ceil(largest.tokens)} estimated input + ${largest.output} output tokens`;
  const message = `${many} not fit into the ${facts?.contextTokens} tokens of ${id} (largest: ${size}): shorten or split the input`;
  return [{ level: "stop", code: "context", message }];
}

function nameFault(name: string): string {
  const shown = name.length > 80 ? `${name.slice(0, 77)}...` : name;
  return name.length > 64
    ? `schema name "${shown}" has ${name.length} characters; 64 are allowed: shorten it`
    : `schema name "${shown}" must be 1 to 64 of A-Z, a-z, 0-9, _ and -: rename it`;
}
