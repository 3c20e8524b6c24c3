import type { Declaration } from "./types.ts";

/** The FCE scripts in the form of the BEA-2019 shared task (JSON or M2). @see Bryant, Felice, Andersen & Briscoe 2019 */
export const bea2019: Declaration = {
  name: "bea2019",
  source: "FCE v2.1, BEA-2019 shared task, https://www.cl.cam.ac.uk/research/nl/bea2019st/",
  licence: "CLC FCE licence: non-commercial research and education, no redistribution",
  mayLeaveMachine: false,
};
