/**
 * A desk for notebooks: one prompt, a small batch, within dollars that cannot be passed; offline nothing is asked or kept.
 *
 * @example
 * const demo = { name: "demo", provider: { name: "offline" }, dataset: declarationOf("sample"), env: {} } as const;
 * await using desk = await openDesk({ ...demo, budgetUsd: 1, simulators: [() => "yes"] });
 * await desk.call({ model: "gpt-4o-mini", messages: [{ role: "user", content: "Why?" }] }); // { ok: true, reply: { text: "yes", … }, usd: … }
 * (await desk.spent()).leftUsd < 1; // true
 * @module
 */
export type { DeskBatch, ListedBatch } from "./batch.ts";
export { type Desk, type DeskOptions, openDesk } from "./desk.ts";
export { openPurse, type Purse, type Spent } from "./purse.ts";
