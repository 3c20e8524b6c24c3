import type { Rng } from "corrigenda/rng";
import type { Correction } from "./correct.ts";

/** Confusions that the simulated corrector knows, as it would write them. */
const KNOWN: ReadonlyMap<string, string> = new Map(
  `give=pay made=committed do=make did=made make=do making=doing assisted=attended public=audience say=tell said=told actual=current
   actually=currently learn=teach learned=taught borrow=lend fun=funny travel=trip works=jobs big=strong high=tall tall=high
   strong=heavy economic=economical sensible=sensitive remember=remind lost=missed saw=watched hear=listen look=watch
   informations=information advices=advice alot=lots wich=which becouse=because peoples=people thier=their tecnologies=technologies`
    .trim()
    .split(/\s+/)
    .map((pair) => pair.split("=") as [string, string]),
);
const RIGHT_SHARE = 0.75;

/**
 * A correction by a list of confusions: the first known word of the sentence is replaced, now and then by the wrong word;
 * where it knows none, the sentence comes back as it is, or with one word doubled. It says nothing about any model.
 */
export function simulatedCorrection(prompt: string, rng: Rng): Correction {
  const sentence = /<sentence>\n([\s\S]*)\n<\/sentence>/.exec(prompt)?.[1] ?? "";
  const words = sentence.split(" ");
  const at = words.findIndex((word) => KNOWN.has(word.toLowerCase()));
  const isRight = rng.next() < RIGHT_SHARE;
  if (at < 0 && isRight) return { learner_word: "", editor_word: "", corrected_sentence: sentence };
  const place = at >= 0 ? at : rng.int(words.length);
  const learner_word = words[place] as string;
  const known = KNOWN.get(learner_word.toLowerCase());
  const editor_word = known !== undefined && isRight ? known : `${learner_word} ${learner_word}`;
  return { learner_word, editor_word, corrected_sentence: words.with(place, editor_word).join(" ") };
}
