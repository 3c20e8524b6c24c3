import { parseJson } from "corrigenda/json";
import type { Context } from "./context.ts";
import { type Call, json, type Reply, type Routes } from "./http.ts";
import { isObject } from "./schema.ts";
import type { DeploymentRecord } from "./state.ts";
import { tunedModel, tuningState } from "./tuning.ts";
import { type Refusal, refuse } from "./wire.ts";

const SKUS = ["standard", "globalstandard", "developertier"];

/** Azure's management API for deployments of tuned models: put, get, delete. */
export function deploymentRoutes(context: Context): Routes {
  const { state, clock } = context;
  const at = "/management/deployments/{id}";
  return {
    [`PUT ${at}`]: { act: (call) => put(context, call) },
    [`GET ${at}`]: {
      act: (call) => {
        const found = state.deployments.get(call.id);
        return found ? json(view(context, found)) : absent(call.id);
      },
    },
    [`DELETE ${at}`]: {
      act: async (call) => {
        if (!state.deployments.has(call.id)) return { status: 204, json: "" };
        await state.record({ type: "deployment_deleted", id: call.id, at: clock.now() });
        return { status: 200, json: "" };
      },
    },
  };
}

function absent(name: string): Refusal {
  return { status: 404, refused: `The deployment '${name}' was not found.`, code: "DeploymentNotFound" };
}

function view({ clock, pace }: Context, { id, created, model, sku, capacity }: DeploymentRecord): object {
  const provisioningState = clock.now() < created + pace.validateMs ? "Creating" : "Succeeded";
  const type = "Microsoft.CognitiveServices/accounts/deployments";
  const properties = { model: { format: "OpenAI", name: model, version: "1" }, provisioningState };
  return { name: id, type, sku: { name: sku, capacity }, properties, systemData: { createdBy: "offline" } };
}

async function put(context: Context, call: Call): Promise<Reply> {
  const { state, clock, pace } = context;
  const body = parseJson(call.body.toString("utf8"));
  if (!isObject(body) || !isObject(body.sku) || !isObject(body.properties) || !isObject(body.properties.model))
    return refuse("Expected sku and properties.model.", undefined, "InvalidRequestContent");
  const { name: sku, capacity } = body.sku;
  if (typeof sku !== "string" || !SKUS.includes(sku.toLowerCase()) || typeof capacity !== "number")
    return refuse(`Expected a sku of ${SKUS.join(", ")} and a capacity.`, "sku", "InvalidResourceProperties");
  const model = String(body.properties.model.name);
  const made = [...state.tuning.values()].some(
    (job) => tunedModel(job) === model && tuningState(job, pace, clock.now()).phase === "succeeded",
  );
  if (!made) {
    const refused = `The specified model '${model}' was not found.`;
    return refuse(refused, "properties.model.name", "DeploymentModelNotFound");
  }
  const before = state.deployments.get(call.id);
  if (before?.model === model && before.sku === sku && before.capacity === capacity)
    return json(view(context, before), 200);
  const deployment: DeploymentRecord = { id: call.id, created: clock.now(), model, sku, capacity };
  await state.record({ type: "deployment", deployment });
  return json(view(context, deployment), before ? 200 : 201);
}
