import { StudyError } from "corrigenda/error";
import type { DeploymentPlan, deploymentPlan } from "corrigenda/provider";
import { z } from "zod";
import type { Tuned } from "./finetune.ts";

/** The flags of deploy that are the study's own. */
export const deployFlags = {
  provider: z.enum(["offline"]).optional().describe("offline: the service that tuned nothing"),
  deployment: z.string().optional().describe("its name, by which the model is asked; default: the job's suffix"),
  model: z.string().optional().describe("a tuned model or a checkpoint; default: what finetune made"),
  sku: z
    .enum(["Standard", "GlobalStandard", "DeveloperTier"])
    .default("Standard")
    .describe("tier; DeveloperTier costs nothing an hour and ends by itself after a day"),
  capacity: z.number().int().positive().default(50).describe("thousands of tokens a minute; one score takes about two"),
  subscription: z.string().optional().describe("its id; default: AZURE_SUBSCRIPTION_ID"),
  resourceGroup: z.string().optional().describe("default: AZURE_RESOURCE_GROUP"),
  account: z.string().optional().describe("the resource's name; default: from AZURE_OPENAI_ENDPOINT"),
  dryRun: z.boolean().default(false).describe("print the request, send nothing"),
  delete: z.boolean().default(false).describe("end the deployment, and what it costs"),
};
export type DeployFlags = Readonly<z.infer<z.ZodObject<typeof deployFlags>>>;

/** The flags that name a deployment, as words. */
export function deployWords(
  flags: DeployFlags & { readonly results: string; readonly baseUrl?: string | undefined },
): string[] {
  const words: string[] = [];
  const kept = ["provider", "deployment", "subscription", "resourceGroup", "account", "baseUrl"] as const;
  for (const key of kept)
    if (flags[key] !== undefined)
      words.push(
        key === "resourceGroup" ? "--resource-group" : key === "baseUrl" ? "--base-url" : `--${key}`,
        flags[key],
      );
  return flags.results === "results" ? words : [...words, "--results", flags.results];
}

const MANAGEMENT = "https://management.azure.com";

/** The request, from flags and environment. @param offline URL of the offline service */
export function planOf(
  plan: typeof deploymentPlan,
  flags: DeployFlags,
  tuned: Tuned,
  from: { readonly env: Readonly<Record<string, string | undefined>>; readonly offline?: string | undefined },
): DeploymentPlan {
  const { env, offline } = from;
  const isOffline = offline !== undefined;
  const said = (flag: string, name: string, value: string | undefined): string => {
    const found = value ?? (isOffline ? "offline" : (env[name] ?? "").trim());
    if (found !== "") return found;
    throw new StudyError("config", `${flag} is needed: name it, or set ${name} in .env`);
  };
  const { deployment = tuned.suffix, model = tuned.model, sku, capacity } = flags;
  return plan({
    management: offline ?? (env.AZURE_MANAGEMENT_ENDPOINT || MANAGEMENT),
    subscription: said("--subscription", "AZURE_SUBSCRIPTION_ID", flags.subscription),
    resourceGroup: said("--resource-group", "AZURE_RESOURCE_GROUP", flags.resourceGroup),
    account: said("--account", "AZURE_OPENAI_ENDPOINT", flags.account ?? accountOf(env.AZURE_OPENAI_ENDPOINT)),
    ...{ deployment, model, sku, capacity },
  });
}

/** The resource's name is the first label of its host. */
function accountOf(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || !URL.canParse(endpoint)) return undefined;
  return new URL(endpoint).hostname.split(".")[0];
}

/** The request as it would travel, without its token. */
export function dryRunLines({ url, body }: DeploymentPlan, isDelete: boolean): string[] {
  const head = [`${isDelete ? "DELETE" : "PUT"} ${url}`, "authorization: the token of AZURE_MANAGEMENT_TOKEN"];
  return isDelete ? head : [...head, "content-type: application/json", "", JSON.stringify(body, null, 2)];
}

export function hostingLine(sku: string, usdPerHour: number | undefined): string {
  if (usdPerHour === undefined) return `hosting: no price is known for ${sku}`;
  if (usdPerHour === 0) return `hosting: nothing an hour on ${sku}; it is removed after 24 hours`;
  const month = Math.round(usdPerHour * 24 * 30).toLocaleString("en-US");
  return `hosting: $${usdPerHour.toFixed(2)} an hour on ${sku}, about $${month} a month, used or not, until it is deleted`;
}

/** For OpenAI. */
export function nothingToDeploy({ model }: Tuned): string {
  return `OpenAI: nothing has to be deployed, and nothing is paid by the hour. The model answers by its name: ${model}`;
}
