import { isStudyError, StudyError } from "corrigenda/error";
import { type Json, parseJson } from "corrigenda/json";
import type { Clock } from "corrigenda/time";
import { errorBody } from "./api-error.ts";
import { record, text } from "./read-json.ts";

/** Version of the management API. @see https://learn.microsoft.com/rest/api/aiservices/accountmanagement/deployments */
const VERSION = "2024-10-01";
const MOST_TRIES = 5;

/** A deployment as it is asked for; `url` and `body` are all that travels beside the token. */
export interface DeploymentPlan {
  readonly url: string;
  readonly deployment: string;
  readonly body: {
    readonly sku: { readonly name: string; readonly capacity: number };
    readonly properties: { readonly model: { format: "OpenAI"; name: string; version: "1" } };
  };
}

/** Pure. */
export function deploymentPlan(asked: {
  readonly management: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly account: string;
  readonly deployment: string;
  readonly model: string;
  readonly sku: string;
  readonly capacity: number;
}): DeploymentPlan {
  const { management, subscription, resourceGroup, account, deployment, model, sku, capacity } = asked;
  const [a, b, c, d] = [subscription, resourceGroup, account, deployment].map(encodeURIComponent);
  const path = `subscriptions/${a}/resourceGroups/${b}/providers/Microsoft.CognitiveServices/accounts/${c}/deployments/${d}`;
  return {
    url: `${management.replace(/\/+$/, "")}/${path}?api-version=${VERSION}`,
    deployment,
    body: {
      sku: { name: sku, capacity },
      properties: { model: { format: "OpenAI", name: model, version: "1" } },
    },
  };
}

export interface ManagementPlace {
  readonly token: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly pollMs: number;
}

/** "there": it was deployed like this already. */
export type Deployed = "there" | "made";

/** Deploys, waits until it answers, and does nothing where it is there. Throws "refused" where another model has the name. */
export async function deploy(plan: DeploymentPlan, place: ManagementPlace): Promise<Deployed> {
  const before = await look(plan, place);
  if (before !== undefined && before.model !== plan.body.properties.model.name)
    throw new StudyError(
      "refused",
      `the deployment ${plan.deployment} holds another model, ${before.model}; choose another --deployment`,
    );
  const isLike =
    before?.sku.toLowerCase() === plan.body.sku.name.toLowerCase() && before.capacity === plan.body.sku.capacity;
  if (!isLike) await call("PUT", plan, place);
  for (;;) {
    const now = await look(plan, place);
    const state = now?.state ?? "absent";
    if (/^succeeded$/i.test(state)) return isLike ? "there" : "made";
    if (/failed|canceled|deleting|disabled/i.test(state))
      throw new StudyError("provider", `the deployment ${plan.deployment} ended as ${state}: look at it in the portal`);
    await place.clock.sleep(place.pollMs, place.signal);
  }
}

/** Ends a deployment, and what it costs; false where there was none. */
export async function undeploy(plan: DeploymentPlan, place: ManagementPlace): Promise<boolean> {
  const { status } = await call("DELETE", plan, place);
  return status !== 204;
}

async function look(plan: DeploymentPlan, place: ManagementPlace) {
  const { status, body } = await call("GET", plan, place);
  if (status === 404) return undefined;
  const [properties, sku] = [record(body.properties), record(body.sku)];
  return {
    model: text(record(properties.model).name) ?? "",
    state: text(properties.provisioningState) ?? "",
    ...{ sku: text(sku.name) ?? "", capacity: sku.capacity },
  };
}

/** Every call says the whole of what is wanted: it is safe to repeat. */
async function call(method: "GET" | "PUT" | "DELETE", plan: DeploymentPlan, place: ManagementPlace) {
  for (let tried = 1; ; tried += 1) {
    const reply = await send(method, plan, place);
    if (reply && reply.status < 300) return { status: reply.status, body: record(reply.value) };
    if (reply?.status === 404 && method !== "PUT") return { status: method === "DELETE" ? 204 : 404, body: {} };
    const isPassing = !reply || reply.status >= 500 || reply.status === 408 || reply.status === 429;
    if (!isPassing || tried >= MOST_TRIES) throw refusal(reply);
    await place.clock.sleep(place.pollMs * 2 ** (tried - 1), place.signal);
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly value: Json | undefined;
}

async function send(
  method: string,
  { url, body }: DeploymentPlan,
  { token, signal }: ManagementPlace,
): Promise<Answer | undefined> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  try {
    const sent = method === "PUT" ? { body: JSON.stringify(body) } : {};
    const response = await fetch(url, { method, headers, signal, ...sent });
    const said = await response.text();
    return { status: response.status, text: said, value: parseJson(said) };
  } catch (error) {
    if (isStudyError(error) || signal.aborted) throw signal.reason ?? error;
    return undefined;
  }
}

function refusal(reply: Answer | undefined): StudyError {
  if (!reply)
    return new StudyError("network", "no answer from Azure's management API; the same command may be run again");
  const { code, message } = errorBody(reply.text);
  const facts = { status: reply.status, code };
  if (reply.status === 401 || reply.status === 403)
    return new StudyError(
      "provider",
      `Azure's management API refuses the token (${reply.status}): set AZURE_MANAGEMENT_TOKEN anew, az account get-access-token`,
      { facts },
    );
  const why = message === "" ? "" : `: ${message}`;
  return new StudyError("provider", `Azure's management API answered ${reply.status} ${code ?? ""}${why}`, { facts });
}
