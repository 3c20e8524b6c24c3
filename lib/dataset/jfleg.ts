import type { Declaration } from "./types.ts";

/** Learner sentences with four fluent rewrites each. @see Napoles, Sakaguchi & Tetreault 2017 */
export const jfleg: Declaration = {
  name: "jfleg",
  source: "JFLEG, https://github.com/keisks/jfleg",
  licence: "CC BY-NC-SA 4.0",
  mayLeaveMachine: true,
};
