import type { FileHash, FinishedStage } from "corrigenda/results";
import { hashInputs, sameInputs, stageEnvironment } from "./inputs.ts";
import type { StageSpec } from "./stages.ts";
import { openWorkplace, type ProviderSettings, type Workplace, type WorkplaceOptions } from "./workplace.ts";

export interface LaterOptions extends Omit<WorkplaceOptions, "provider"> {
  /** The provider that the earlier stage recorded. */
  readonly provider: Readonly<Record<string, unknown>> & { readonly name: ProviderSettings["name"] };
  /** Where an offline service runs already. */
  readonly baseUrl?: string | undefined;
  /** Synchronous calls in flight at most. */
  readonly concurrency?: number | undefined;
  /** Paths that the earlier stage read; refused where they have changed. */
  readonly paths: readonly string[];
}

/** What a stage takes over from the one it goes on from. */
export interface Later {
  readonly place: Workplace;
  readonly spec: Pick<StageSpec, "config" | "environment"> & { readonly inputs: readonly FileHash[] };
}

/** Opens the workplace of a stage that goes on from `earlier`: the same config, provider and inputs. */
export async function goOnFrom(earlier: FinishedStage, options: LaterOptions): Promise<Later> {
  const { provider, baseUrl, concurrency, paths, ...rest } = options;
  const inputs = await hashInputs(rest.around.disk, paths);
  sameInputs(earlier, inputs);
  const settings = {
    ...provider,
    ...(baseUrl !== undefined && { baseUrl }),
    ...(concurrency !== undefined && { concurrency }),
  } as ProviderSettings;
  const place = await openWorkplace({ ...rest, provider: settings });
  const environment = await stageEnvironment(rest.around.disk, place.clock.now());
  return { place, spec: { config: earlier.manifest.config, inputs, environment } };
}
