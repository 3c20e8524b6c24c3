import { isStudyError } from "corrigenda/error";
import { keyedRng } from "corrigenda/rng";
import { malformed } from "./malform.ts";

/** What is fed with damaged input. */
export interface Eater {
  readonly name: string;
  /** Sound inputs, each with the name of the file that it comes as. */
  readonly originals: readonly { readonly file: string; readonly bytes: Buffer }[];
  /** Takes one input in. Throws a StudyError where it refuses it, and any other error where something is wrong. */
  eat(file: string, bytes: Buffer): Promise<void>;
}

/** What came of many inputs. */
export interface Eaten {
  inputs: number;
  refused: number;
  readonly problems: { readonly seed: number; readonly text: string }[];
}

/** A sentence is for people: no stack, no screens of it. */
const LONGEST_SENTENCE = 4_000;

/** The damaged input of a seed. */
export function inputOf({ name, originals }: Eater, seed: number): { readonly file: string; readonly bytes: Buffer } {
  const rng = keyedRng(seed, "malformed", name);
  const { file, bytes } = rng.pick(originals);
  return { file, bytes: malformed(bytes, rng) };
}

/** Feeds the inputs of seeds, each to the next eater. @param before is told each seed before its input goes in */
export async function feedInTurn(
  eaters: readonly Eater[],
  seeds: Iterable<number>,
  before: (seed: number) => void,
): Promise<Eaten> {
  const eaten: Eaten = { inputs: 0, refused: 0, problems: [] };
  for (const seed of seeds) {
    const eater = eaters[seed % eaters.length];
    if (!eater) break;
    const { file, bytes } = inputOf(eater, seed);
    before(seed);
    eaten.inputs += 1;
    try {
      await eater.eat(file, bytes);
    } catch (error) {
      eaten.refused += 1;
      const text = wrongWith(error);
      if (text !== undefined) eaten.problems.push({ seed, text: `${eater.name}: ${text}` });
    }
  }
  return eaten;
}

function wrongWith(error: unknown): string | undefined {
  if (!isStudyError(error))
    return error instanceof Error ? (error.stack ?? error.message).slice(0, 600) : String(error);
  const { message } = error;
  if (message.trim() === "" || message.length > LONGEST_SENTENCE || /\n\s+at /.test(message))
    return `no clear sentence (${message.length} characters): ${message.slice(0, 200)}`;
  return undefined;
}
