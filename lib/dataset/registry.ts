import { StudyError } from "corrigenda/error";
import { bea2019 } from "./bea2019.ts";
import { boolq } from "./boolq.ts";
import { efcamdat } from "./efcamdat.ts";
import { fce } from "./fce.ts";
import { gsm8k } from "./gsm8k.ts";
import { hotpotqa } from "./hotpotqa.ts";
import { hub, ielts, ieltsSample } from "./ielts.ts";
import { jfleg } from "./jfleg.ts";
import { longman } from "./longman.ts";
import { merlin } from "./merlin.ts";
import { mock } from "./mock.ts";
import { papers, samplePapers } from "./papers.ts";
import { sample } from "./sample.ts";
import type { Declaration } from "./types.ts";
import { user } from "./user.ts";

/** Every declared data set. A new one is one file and one name here. */
export const declarations: readonly Declaration[] = [
  ...[bea2019, boolq, efcamdat, fce, gsm8k, hotpotqa, hub, ielts, ieltsSample, jfleg, longman, merlin, mock],
  ...[papers, sample, samplePapers, user],
];

/** The declaration of a data set. Throws StudyError "dataset" where there is none. */
export function declarationOf(name: string): Declaration {
  const found = declarations.find((one) => one.name === name);
  if (found) return found;
  const known = declarations.map((one) => one.name).join(", ");
  throw new StudyError("dataset", `no data set is declared as '${name}'; known are ${known}`, { facts: { name } });
}
