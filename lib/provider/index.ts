/**
 * Models behind one contract: openai, azure, anthropic, compatible (any base URL) and offline (its service is
 * corrigenda/provider/offline).
 *
 * @example
 * const provider = openProvider({ name: "openai" }, { OPENAI_API_KEY: "sk-example" });
 * const wire = provider.encode({ model: "gpt-4o-mini", messages: [{ role: "user", content: "Why?" }] });
 * requestKey(provider, wire); // 64 hex digits: equal requests, equal keys
 * @module
 */
export { answerError, KEY_VARIABLE, retryAfterMs } from "./api-error.ts";
export { type Environment, keyless, offlineProvider, openProvider, type ProviderConfig } from "./create.ts";
export * from "./finetune.ts";
export { blobContainer, blobSender, blobUrl, putBlob, withoutSas } from "./finetune-blob.ts";
export { type Deployed, type DeploymentPlan, deploy, deploymentPlan, undeploy } from "./finetune-deploy.ts";
export { openTuningLog, type TuningLog } from "./finetune-log.ts";
export { followJob, startJob, type TuningEntry, type TuningPlace, uploadFiles } from "./finetune-protocol.ts";
export { requestKey } from "./key.ts";
export { MODELS_AS_OF, type ModelFacts, modelFacts } from "./models.ts";
export { type PersonalData, personalData, redactPersonal } from "./personal-data.ts";
export { type Finding, type Preflight, preflight } from "./preflight.ts";
export { type Priced, type PriceSnapshot, priceSnapshot, priceUsd } from "./price.ts";
export { redact } from "./redact.ts";
export * from "./training.ts";
export type * from "./types.ts";
