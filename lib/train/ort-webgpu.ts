import type { Call, ThreadStart } from "./ort-thread.ts";

export async function openWebGpu(_: ThreadStart): Promise<Call> {
  throw new Error("WebGPU is not written yet");
}
