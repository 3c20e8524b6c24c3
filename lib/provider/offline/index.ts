/**
 * The offline service: OpenAI, Azure and Anthropic on loopback, with a bill and planned faults, answered by simulators.
 *
 * @example
 * const service = await startOfflineService({ disk: memoryDisk(), clock: realClock, simulators: [() => "yes"] });
 * const headers = { authorization: "Bearer any" };
 * (await fetch(`${service.url}/v1/models`, { headers })).status; // 200
 * await service.close();
 * @module
 */
export { billKey } from "./answer.ts";
export { type BillLine, readBill } from "./bill.ts";
export { type FaultKind, type FaultPlan, harshFaults, noFaults } from "./faults.ts";
export type { Pace } from "./life.ts";
export { type OfflineOptions, type OfflineService, startOfflineService } from "./service.ts";
