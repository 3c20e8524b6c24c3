/** Where a reply says which part of it is the answer. */
const MARK = /(?:\banswer\s*(?:is\s*)?:|\bthe (?:final |correct )?answer is\b)[\s*_`]*/gi;

/** The line behind the last "Answer:" or "the answer is" of a reply; undefined where there is none. */
export function markedPart(text: string): string | undefined {
  const mark = [...text.matchAll(MARK)].at(-1);
  return mark && lines(text.slice(mark.index + mark[0].length))[0];
}

/** The part of a reply that is its answer: the marked part, else the last line. Empty where the reply is. */
export function answerPart(text: string): string {
  return markedPart(text) ?? lines(text).at(-1) ?? "";
}

function lines(text: string): string[] {
  return text
    .split(/[\n\r]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
