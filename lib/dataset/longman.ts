import type { Declaration } from "./types.ts";

/** Entries of a learner's dictionary of errors, as blocks in M2 form. */
export const longman: Declaration = {
  name: "longman",
  source: "Turton & Heaton, Longman Dictionary of Common Errors",
  licence: "copyrighted dictionary, all rights reserved",
  mayLeaveMachine: false,
};
