/**
 * Canonical JSON (sorted keys, one text per value) and content hashes over it.
 *
 * @example
 * canonical({ b: 1, a: [true] }); // '{"a":[true],"b":1}'
 * contentHash({ a: 1 }) === contentHash({ a: 1 }); // true
 * @module
 */
export { canonical, contentHash, type Json, type JsonObject, sha256 } from "./canonical.ts";
export { parseJson } from "./parse.ts";
