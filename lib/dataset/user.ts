import type { Declaration } from "./types.ts";

/** A file that the user names (m2:<file>, csv:<file>, …): nothing is known of its rights. */
export const user: Declaration = {
  name: "user",
  source: "a file of the user's",
  licence: "unknown licence",
  mayLeaveMachine: false,
};
