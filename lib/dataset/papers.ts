import type { Declaration } from "./types.ts";

/** Papers that the user puts into an input folder: nothing is known of their rights. */
export const papers: Declaration = {
  name: "papers",
  source: "papers of the user's",
  licence: "unknown licence",
  mayLeaveMachine: false,
};

/** The papers of data/sample/papers: open-access articles of BioMed Central. */
export const samplePapers: Declaration = {
  name: "sample-papers",
  source: "data/sample/papers, articles of BioMed Central",
  licence: "CC BY 2.0",
  mayLeaveMachine: true,
};
