import type { Declaration } from "./types.ts";

/** Cambridge Learner Corpus, First Certificate in English: 1,244 exam scripts. @see Yannakoudakis, Briscoe & Medlock 2011 */
export const fce: Declaration = {
  name: "fce",
  source: "CLC FCE Dataset, https://ilexir.co.uk/datasets/index.html",
  licence: "CLC FCE licence: non-commercial research and education, no redistribution",
  mayLeaveMachine: false,
};
