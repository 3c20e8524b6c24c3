import { type Declaration, isRemote, mayLeave } from "corrigenda/dataset";
import { StudyError } from "corrigenda/error";
import {
  type ModelRequest,
  type PersonalData,
  type Preflight,
  type Prompt,
  type Provider,
  personalData,
  preflight,
  redactPersonal,
} from "corrigenda/provider";

const DAY_MS = 86_400_000;
/** Tokens a byte, on the safe side, for the context check alone. */
const TOKENS_PER_BYTE = 0.3;

export interface GuardOptions {
  readonly provider: Provider;
  readonly dataset: Declaration;
  readonly iMaySend: boolean;
  readonly redact: boolean;
  /** ms since 1970. */
  readonly now: number;
}

/** A prompt that is looked at in passing, and masked where that was asked for. */
export interface GuardedPrompt<Row, Out> {
  /** For sending and for reading. */
  readonly prompt: Prompt<Row, Out>;
  /** The same, with every request checked: for planning. */
  readonly checked: Prompt<Row, Out>;
  /** Throws StudyError "config" with every finding that stops; returns the warnings. */
  verdict(): readonly string[];
}

/** Watches over requests: masks them where that was asked for, and looks at those that are handed to `look`. */
export interface RequestGuard {
  /** As it is sent. */
  sent(request: ModelRequest): ModelRequest;
  /** As it is sent, looked at. */
  look(request: ModelRequest): ModelRequest;
  verdict(): readonly string[];
}

/** Refuses what may not leave this machine, then watches over the requests. Throws StudyError "refused". */
export function guardPrompt<Row, Out>(prompt: Prompt<Row, Out>, options: GuardOptions): GuardedPrompt<Row, Out> {
  const { sent, look, verdict } = guardRequests(options);
  return {
    prompt: { ...prompt, request: (row) => sent(prompt.request(row)) },
    checked: { ...prompt, request: (row) => look(prompt.request(row)) },
    verdict,
  };
}

/** The same for requests that belong to no row. */
export function guardRequests({ provider, dataset, now, iMaySend, redact }: GuardOptions): RequestGuard {
  const remote = isRemote(provider);
  const refusal = mayLeave(dataset, remote, iMaySend);
  if (refusal) throw refusal;
  const check = preflight({ provider: provider.name, now, expectedEnd: now + DAY_MS });
  const seen = { emails: 0, phones: 0, names: 0 };
  const sent = (request: ModelRequest): ModelRequest => sentAs(request, redact);
  return {
    sent,
    look: (request) => {
      const looked = sent(request);
      inspect(check, looked);
      if (remote) for (const { content } of looked.messages) addUp(seen, personalData(content));
      return looked;
    },
    verdict: () => {
      const findings = check.findings();
      const stops = findings.filter(({ level }) => level === "stop").map(({ message }) => message);
      if (stops.length > 0) throw new StudyError("config", stops.join("\n"), { facts: { findings: stops.length } });
      const warnings = findings.map(({ message }) => message);
      return seen.emails + seen.phones + seen.names === 0
        ? warnings
        : [...warnings, personalSentence(seen, provider.name)];
    },
  };
}

function inspect(check: Preflight, request: ModelRequest): void {
  const chars = request.messages.reduce((sum, { content }) => sum + content.length, 0);
  check.add(request, chars * TOKENS_PER_BYTE);
}

/** A request as it is sent: masked where that was asked for. */
export function sentAs(request: ModelRequest, redact: boolean): ModelRequest {
  if (!redact) return request;
  const messages = request.messages.map((message) => ({ ...message, content: redactPersonal(message.content) }));
  return { ...request, messages };
}

function addUp(sum: { emails: number; phones: number; names: number }, more: PersonalData): void {
  sum.emails += more.emails;
  sum.phones += more.phones;
  sum.names += more.names;
}

function personalSentence({ emails, phones, names }: PersonalData, provider: string): string {
  return (
    `the requests hold what looks like ${emails} e-mail addresses, ${phones} phone numbers and ${names} names, ` +
    `which would go to ${provider}: --redact masks them`
  );
}
