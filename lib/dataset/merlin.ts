import { lineBlocks } from "corrigenda/files";
import { parseJson } from "corrigenda/json";
import { z } from "zod";
import type { LearnerText } from "./efcamdat.ts";
import type { DataInput, Dataset, RowOrBad } from "./types.ts";

/** Learner texts in German, Italian and Czech with CEFR levels, one JSON object a line. @see Boyd et al. 2014 */
export const merlin: Dataset<LearnerText> = {
  name: "merlin",
  source: "MERLIN corpus, https://merlin-platform.eu",
  licence: "CC BY-SA 4.0",
  mayLeaveMachine: true,
  rows: readMerlin,
};

const Line = z.object({
  lang: z.string().min(1),
  id: z.string(),
  cefr: z.string().regex(/^[ABC][12]$/),
  text: z.string(),
});

async function* readMerlin({ file, bytes }: DataInput): AsyncGenerator<RowOrBad<LearnerText>> {
  let line = 0;
  for await (const block of lineBlocks(bytes))
    for (const each of block) {
      line += 1;
      const content = each.toString("utf8");
      if (content.trim() === "") continue;
      const place = `${file}:${line}`;
      const parsed = Line.safeParse(parseJson(content));
      if (!parsed.success) {
        yield { ok: false, kind: "bad", place, reason: "the line is no text with lang, id, cefr and text" };
        continue;
      }
      const { lang, id, cefr, text } = parsed.data;
      yield { ok: true, place, row: { id, language: lang, l1: "", level: cefr, text } };
    }
}
