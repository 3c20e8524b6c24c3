import type { ErrorType } from "./criteria.ts";

/** A learner error that can be seen without a model, and what should stand there. */
export interface Cue {
  readonly span: string;
  readonly type: ErrorType;
  readonly fix: string;
}

type Rule = readonly [type: ErrorType, pattern: RegExp, fix: string];

/** Frequent errors of learners: a pattern and its correction, with groups as in String.replace. */
const RULES: readonly Rule[] = [
  ["grammar", /\b(people|children|they|we|you|students|women|men) (?:is|was)\b/gi, "$1 are"],
  ["grammar", /\b(he|she|it) (?:have|are|were)\b/gi, "$1 has"],
  ["grammar", /\b(he|she|it) (don't|do not)\b/gi, "$1 does not"],
  ["grammar", /\bmore (better|easier|bigger|cheaper|higher|faster|worse)\b/gi, "$1"],
  [
    "grammar",
    /\b(many|several|these|those|some) (student|country|person|problem|job|parent|child|reason|way)\b/g,
    "$1 $2s",
  ],
  ["grammar", /\bmuch (people|students|countries|problems|jobs|children|reasons|cars)\b/g, "many $1"],
  ["grammar", /\b(can|should|must|will|could|would|may) to\b/g, "$1"],
  ["grammar", /\bdiscuss about\b/g, "discuss"],
  ["grammar", /\b(?:i)(?= (?:think|believe|agree|am|will|strongly|would|disagree|feel))/g, "I"],
  ["grammar", /\bin my opinion i think\b/gi, "in my opinion"],
  ["grammar", /\bthere is (many|several|some people|a lot of people)\b/gi, "there are $1"],
  ["grammar", /\beveryone (have|are|need|want)\b/gi, "everyone $1s"],
  ["grammar", /\bdepend of\b/g, "depend on"],
  ["grammar", /\b(informations|advices|knowledges|equipments|homeworks|researches|furnitures)\b/g, "(uncountable)"],
  [
    "lexical",
    /\b(childs|peoples|mans|womans|goverment|enviroment|beleive|becouse|wich|alot|definately|recieve)\b/gi,
    "(word form)",
  ],
  ["lexical", /\bmake (?:a )?(?:research|homework|sport|exercise)\b/g, "do it"],
  ["lexical", /\b(?:very|really) (?:big|good|bad|nice)\b/g, "considerable"],
  ["lexical", /\b(?:kids|stuff|a lot of things|guys|gonna|wanna)\b/gi, "a formal word"],
  ["lexical", /\b(?:do|did|doing) a mistake\b/g, "make a mistake"],
  ["coherence", /\bin the other hand\b/gi, "on the other hand"],
  ["coherence", /\bas a conclusion\b/gi, "in conclusion"],
  ["coherence", /\b(?:firstable|first of all, firstly)\b/gi, "first"],
  ["coherence", /(?<=[.!?]\s)(?:And|But|Also|So)\b[^.!?]{0,60}/g, "a linking phrase and a full clause"],
  ["task", /\b(?:everybody knows|all people|nobody|everyone agrees|always|never)\b[^.!?]{0,60}/gi, "a qualified claim"],
];

/** Corrections that pair with a listed wrong form. */
const FORMS: Readonly<Record<string, string>> = {
  ...{ informations: "information", advices: "advice", knowledges: "knowledge", equipments: "equipment" },
  ...{ homeworks: "homework", researches: "research", furnitures: "furniture", childs: "children" },
  ...{ peoples: "people", mans: "men", womans: "women", goverment: "government", enviroment: "environment" },
  ...{
    beleive: "believe",
    becouse: "because",
    wich: "which",
    alot: "a lot",
    definately: "definitely",
    recieve: "receive",
  },
};

/** The errors that the rules see in a text, in the order of the rules, each span once. */
export function cuesOf(text: string): Cue[] {
  const seen = new Set<string>();
  return RULES.flatMap(([type, pattern, correction]) =>
    [...text.matchAll(pattern)].flatMap(({ 0: span }) => {
      if (seen.has(span)) return [];
      seen.add(span);
      const fix = FORMS[span.toLowerCase()] ?? fixed(span, pattern, correction);
      return fix === span ? [] : [{ span: span.trim(), type, fix }];
    }),
  );
}

function fixed(span: string, pattern: RegExp, correction: string): string {
  if (!correction.includes("$")) return correction;
  return span.replace(new RegExp(pattern.source, pattern.flags.replace("g", "")), correction);
}

const CONNECTIVES =
  /\b(?:however|moreover|furthermore|therefore|consequently|firstly|secondly|finally|in addition|for example|for instance|on the other hand|in conclusion|to conclude|as a result|although|whereas|while|because|since|thus|nevertheless)\b/gi;

/** What can be counted in an essay. */
export interface Counts {
  readonly words: number;
  readonly paragraphs: number;
  readonly connectives: number;
  /** Different words of all words, [0, 1]. */
  readonly variety: number;
  readonly sentenceWords: number;
}

export function countsOf(essay: string, sentences: number): Counts {
  const words = essay.toLowerCase().match(/[\p{L}\p{N}'’]+/gu) ?? [];
  return {
    words: words.length,
    paragraphs: essay.split(/\n\s*\n|\n/).filter((part) => part.trim() !== "").length,
    connectives: essay.match(CONNECTIVES)?.length ?? 0,
    variety: words.length === 0 ? 0 : new Set(words).size / words.length,
    sentenceWords: words.length / Math.max(1, sentences),
  };
}
