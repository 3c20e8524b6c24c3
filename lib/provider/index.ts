/**
 * Models behind one contract: openai, azure, anthropic, compatible (any base URL) and offline.
 *
 * @example
 * requestKey({ name: "openai", base: "https://api.openai.com/v1" }, wire); // 64 hex digits: equal requests, equal keys
 * @module
 */
export { requestKey } from "./key.ts";
export type * from "./types.ts";
