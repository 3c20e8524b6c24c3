import { StructuredRecord } from "../../lib/whyfix/record.ts";

const CODES: Readonly<Record<string, string>> = { baseline: "BL", dictionary: "Dict", causes: "Cause" };

/** A record of step 2 with an explanation. */
export function recordOf(
  index: number,
  method: string,
  length: string,
  text: string,
  input = "target",
): StructuredRecord {
  const place = input === "target" ? "t" : "tf";
  return StructuredRecord.parse({
    original_custom_id: `lg_fu_${index}_${CODES[method]}_fON_zero_${place}_l_${length}`,
    ...{ dataset: "longman", sample_size: "full", data_index: index, method, input_type: input, output_length: length },
    content_payload: { explanation_en: text },
    formatted_sentence: `Sentence ${index} [-made-]{+took+} it.`,
    provider: "offline",
  });
}

/** Two methods in two lengths on `n` learner errors; the longer text is the longer one. */
export function recordsOf(n: number): StructuredRecord[] {
  return Array.from({ length: n }, (_, index) =>
    ["baseline", "dictionary"].flatMap((method) => [
      recordOf(index, method, "fifty", `${method} ${index} short`),
      recordOf(index, method, "eighty", `${method} ${index} and then a good deal longer`),
    ]),
  ).flat();
}

export const CHOICE = {
  ...{ raters: ["anna", "ben"], rows: 20, seed: 1126 },
  ...{ methods: undefined, input: undefined, length: undefined },
};
