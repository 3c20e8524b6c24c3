import { StudyError } from "corrigenda/error";
import { z } from "zod";
import type { placeFlags } from "./evaluate-write.ts";

/** Devices as a flag names them: one job at a time on each, so a name that comes twice takes two. */
export const Devices = z
  .array(z.string().regex(/^(auto|cpu|webgpu|tensorflow|cuda(:\d+)?)$/, "expected cpu, cuda:0, webgpu or auto"))
  .min(1);

/** A device with room for one job. */
export interface Slot {
  readonly device: z.infer<typeof placeFlags.device>;
  readonly threads?: number | undefined;
  /** What a process is told, so that it sees its own GPU alone: a result does not depend on which one that was. */
  readonly env: Readonly<Record<string, string>>;
}

/** What there is to be filled. */
export interface Machine {
  readonly cores: number;
  /** NVIDIA's. */
  readonly gpus: number;
  /** CUDA_VISIBLE_DEVICES: who set it has chosen already. */
  readonly visible?: string | undefined;
}

/**
 * The places of a list of devices. "auto": the GPU there is, each of several by CUDA (WebGPU cannot choose one), else each
 * core. Jobs on the processor share its cores, unless `threads` says how many each takes. Throws StudyError "config" for a GPU that may not be used.
 */
export function deviceSlots(names: readonly string[], machine: Machine, threads?: number): Slot[] {
  const chosen = machine.visible?.split(",").filter((gpu) => gpu !== "");
  const gpus = chosen?.length ?? machine.gpus;
  const all = names.flatMap((name) => {
    if (name !== "auto") return [name];
    if (gpus === 1 && chosen === undefined) return ["webgpu"];
    return gpus > 0 ? Array.from({ length: gpus }, (_, at) => `cuda:${at}`) : Array(machine.cores).fill("cpu");
  });
  const onCores = all.filter((name) => name === "cpu").length;
  const share = onCores > 1 ? Math.max(1, Math.floor(machine.cores / onCores)) : undefined;
  return all.map((name) => {
    const [device, gpu] = name.split(":") as [Slot["device"], string?];
    if (gpu === undefined) return { device, threads: threads ?? (device === "cpu" ? share : undefined), env: {} };
    const visible = chosen === undefined ? gpu : chosen[Number(gpu)];
    if (visible !== undefined) return { device, threads, env: { CUDA_VISIBLE_DEVICES: visible } };
    throw new StudyError("config", `CUDA_VISIBLE_DEVICES=${machine.visible} leaves no ${name}; it counts from cuda:0`);
  });
}
