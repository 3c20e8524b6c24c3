import type { LabelingConfig } from "./config.ts";
import type { PageRow } from "./records.ts";

/** Decides which pages are asked about. What it leaves out is recorded, so that its recall can be measured. */
export interface Prefilter {
  readonly name: LabelingConfig["PREFILTER"];
  judge(text: string): PageRow["prefilter"];
}

const MOST_CUES = 12;

/** Words that pages with data sets have; a page with none of them is left out. */
const CUES: readonly RegExp[] = [
  /\b(?:data\s?sets?|data\s?bases?|databanks?|microdata|metadata|data\s+files?)\b/giu,
  /\bdata\s+(?:from|on|collected|obtained|were|are|was|is|come|came|sources?|collection|for)\b/giu,
  /\b(?:\p{Lu}[\p{Lu}\d-]{1,11}|\p{Ll}+)\s+data\b/gu,
  /\b(?:surveys?|surveyed|census(?:es)?|questionnaires?|interview\s+survey|polls?)\b/giu,
  /\b(?:cohorts?|registr(?:y|ies)|registers?|panel|longitudinal|follow-up\s+study|repositor(?:y|ies)|archives?)\b/giu,
  /\b(?:statistics|indicators|records|inventory|corpus|corpora|benchmark|samples?)\s+(?:from|of|on|for)\b/giu,
  /\b(?:DHS|LSMS|MICS|NHANES|NHIS|BRFSS|IPUMS|PISA|TIMSS|GLSS|SHARE|ELSA|PSID|NLSY|MEPS|ACS)\b/gu,
];

const PREFILTERS: Readonly<Record<Prefilter["name"], Prefilter>> = {
  none: { name: "none", judge: () => ({ name: "none", keep: true, score: 0, cues: [] }) },
  lexical: {
    name: "lexical",
    judge: (text) => {
      const found = CUES.flatMap((cue) => [...text.matchAll(cue)].map(([words]) => words.replace(/\s+/g, " ")));
      const cues = [...new Set(found.map((words) => words.toLowerCase()))].slice(0, MOST_CUES);
      return { name: "lexical", keep: found.length > 0, score: found.length, cues };
    },
  },
};

export function prefilter(name: Prefilter["name"]): Prefilter {
  return PREFILTERS[name];
}
