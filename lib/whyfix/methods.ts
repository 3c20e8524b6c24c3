/** A method's code in custom_ids. Cause and Acad are the knowledge tasks that L2, Mix and Mix2 build on. */
export type MethodCode = "BL" | "Dict" | "Cause" | "Acad" | "L2" | "Collo" | "Collo2" | "Mix" | "Mix2";

/** The three shapes of a reply. */
export type AnswerKind = "explanation" | "collocation" | "knowledge";

export type PromptKey =
  | "baseline"
  | "ragDictionary"
  | "causes"
  | "academic_writing"
  | "ragL2"
  | "ragCollocation"
  | "ragCollocation_v2"
  | "ragMix"
  | "ragMix_v2";

interface Method {
  readonly prompt: PromptKey;
  readonly kind: AnswerKind;
  /** True where the prompt holds what Cause and Acad matched. */
  readonly needsKnowledge: boolean;
}

/** What each method asks, and in what shape it is answered. */
export const METHODS: Readonly<Record<MethodCode, Method>> = {
  BL: { prompt: "baseline", kind: "explanation", needsKnowledge: false },
  Dict: { prompt: "ragDictionary", kind: "explanation", needsKnowledge: false },
  Cause: { prompt: "causes", kind: "knowledge", needsKnowledge: false },
  Acad: { prompt: "academic_writing", kind: "knowledge", needsKnowledge: false },
  L2: { prompt: "ragL2", kind: "explanation", needsKnowledge: true },
  Collo: { prompt: "ragCollocation", kind: "explanation", needsKnowledge: false },
  Collo2: { prompt: "ragCollocation_v2", kind: "collocation", needsKnowledge: false },
  Mix: { prompt: "ragMix", kind: "explanation", needsKnowledge: true },
  Mix2: { prompt: "ragMix_v2", kind: "collocation", needsKnowledge: true },
};

export const METHOD_CODES = Object.keys(METHODS) as readonly MethodCode[];
