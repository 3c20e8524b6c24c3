import { keyedRng } from "corrigenda/rng";
import type { Context } from "./context.ts";
import type { FaultKind } from "./faults.ts";
import type { Call, Route } from "./http.ts";
import type { Refusal, Wire } from "./wire.ts";

/** What happens to one request: nothing, a refusal instead of the deed, or a connection that is closed. */
export type Trouble =
  | { readonly kind: "none" }
  | { readonly kind: "refuse"; readonly refusal: Refusal }
  | { readonly kind: "cut"; readonly acted: boolean; readonly afterMs: number }
  | { readonly kind: "cutHalfway" };

const USUAL: readonly FaultKind[] = ["cutBefore", "rateShort", "rateLong", "rateSilent", "server", "hang", "cutAfter"];
/** A polled object can be struck anew after so many calls. */
const CALLS_A_ROUND = 8;

/** Decides what strikes a request. @param content sha256 of its body, "" where it has none */
export type Troubles = (call: Call, route: Route, content: string) => Trouble;

export function troublesOf(context: Context): Troubles {
  const calls = new Map<string, number>();
  return (call, route, content) => {
    if (!context.faults.on) return { kind: "none" };
    const what = `${call.method} ${pathByContent(context, call)} ${content}`;
    const count = calls.get(what) ?? 0;
    if (call.method === "GET") calls.set(what, count + 1);
    const object = `${what} ${Math.floor(count / CALLS_A_ROUND)}`;
    const kind = context.faults.strike([...USUAL, ...(route.faults ?? [])], object);
    return kind ? troubleOf(context, call.wire, kind, object) : { kind: "none" };
  };
}

/** Ids are random; what they stand for is not. */
function pathByContent({ state }: Context, call: Call): string {
  if (call.id === "") return call.path;
  const input = state.batches.get(call.id)?.input ?? state.tuning.get(call.id)?.training;
  const content = state.files.get(call.id)?.sha256 ?? input?.sha256;
  return content ? call.path.replace(call.id, content) : call.path;
}

function troubleOf(context: Context, wire: Wire, kind: FaultKind, object: string): Trouble {
  const rate = { status: 429, refused: "Rate limit reached. Please try again later.", code: "rate_limit_exceeded" };
  const { plan } = context.faults;
  switch (kind) {
    case "rateShort":
      return { kind: "refuse", refusal: { ...rate, headers: { "retry-after": "1" } } };
    case "rateLong":
      return { kind: "refuse", refusal: { ...rate, headers: { "retry-after": "120" } } };
    case "rateSilent":
      return { kind: "refuse", refusal: rate };
    case "noCredit":
      return { kind: "refuse", refusal: noCredit(wire) };
    case "noTuning": {
      const refused = "Fine-tuning is not available to your organization: new training jobs cannot be created.";
      return { kind: "refuse", refusal: { status: 403, refused, code: "training_not_available" } };
    }
    case "server":
      return { kind: "refuse", refusal: serverError(wire, keyedRng(plan.seed, "status", object).next()) };
    case "hang": {
      const acted = keyedRng(plan.seed, "acted", object).next() < 0.5;
      return { kind: "cut", acted, afterMs: plan.hangMs };
    }
    case "cutDownload":
      return { kind: "cutHalfway" };
    default:
      return { kind: "cut", acted: kind === "cutAfter", afterMs: 0 };
  }
}

function noCredit(wire: Wire): Refusal {
  if (wire === "anthropic") return { status: 402, refused: "Your credit balance is too low to access the API." };
  const refused = "You exceeded your current quota, please check your plan and billing details.";
  return { status: 429, refused, code: "insufficient_quota", type: "insufficient_quota" };
}

function serverError(wire: Wire, roll: number): Refusal {
  if (roll < 0.5) return { status: 500, refused: "The server had an error while processing your request." };
  if (wire === "anthropic") return { status: 529, refused: "Overloaded" };
  return { status: 503, refused: "The engine is currently overloaded, please try again later." };
}
