import { collect, nodeDisk, readText } from "corrigenda/files";
import { type Box, locate, type Page, readPdf } from "corrigenda/pdf";
import { describe, expect, test } from "vitest";
import { pagesOf } from "./place.ts";

const PAPERS = nodeDisk("../shared/data/papers");
const GOLDEN = nodeDisk("test/golden/pdf");
const here = (await PAPERS.size("1145.pdf")) !== undefined;

async function paper(name: string): Promise<readonly Page[]> {
  return pagesOf(await collect(readPdf(PAPERS, `${name}.pdf`)));
}

interface Hyphens {
  readonly joined: readonly string[];
  readonly kept: readonly string[];
}

async function hyphens(name: string): Promise<Hyphens> {
  const all = JSON.parse(await readText(GOLDEN, "hyphens.json")) as Record<string, Hyphens>;
  return all[name] ?? { joined: [], kept: [] };
}

/** Of words broken at a line's end, those that did not come out as a reader reads them. */
function wrong({ joined, kept }: Hyphens, text: string): string[] {
  const isThere = (word: string): boolean => text.includes(word);
  return [
    ...joined.filter(
      (word) => !isThere(word.replace("-|", "")) || isThere(word.replace("|", "")) || isThere(word.replace("|", " ")),
    ),
    ...kept.filter((word) => !isThere(word.replace("|", "")) || isThere(word.replace("-|", ""))),
  ];
}

/** Sentences that run over lines, columns and past tables, as printed; the last column's begin in the one before. */
const WHOLE: Readonly<Record<string, readonly string[]>> = {
  "1145": [
    "are permitted to prescribe buprenorphine in office-based settings, provided that adequate linkages to counseling",
    "To the extent that programs are already treating opioid-dependent clients, and/or are using medications in the treatment",
    "In this respect, states that were proactive in modifying the Medicaid formulary to include buprenorphine appear to have had",
    "Medicaid covers buprenorphine .081* (.011, .152) 1.09\n",
  ],
  "1282": [
    "Initial efforts to enforce laws that prohibit the sale of tobacco to minors occurred at the community level",
    "Prospectively collected compliance data from 1997-2003 was used with data on price, smoking policies, and a media campaign",
    "Regressions were initially run for each annual compliance, price, policy, and media variable individually.",
    "the most current data (spring of 2003) from the Monitoring the Future study (MTF), an annual survey conducted in compliance",
  ],
  "339": [
    "with underestimates of BMI becoming larger for respondents with higher-end weight and BMI values [11-13].",
    "The net result is a linear trend towards declining self-reported BMI values relative to measured BMI values.",
    "Using the combined 2001-2006 data from the continuous National Health and Nutrition Examination Survey, discrepancies",
    "18.5 < 25 43.5% 90.4% 16.0% 0.8% 0.0%\n",
  ],
};

const RUNNING =
  /^(.+(Policy 2008, 3:17|Health 2009, 9:\d+)|http:\S+(content\/3\/1\/17|1471-2458\/9\/\d+)|Page \d+ of \d+|\(page number .+\))$/m;

describe.skipIf(!here)("the papers in ../shared/data/papers (skipped: they are not here)", () => {
  test.each([
    ["1145", 8],
    ["1282", 4],
    ["339", 4],
  ])("page of %s, page %i, reads as a reader reads it", async (name, number) => {
    const page = (await paper(name))[number - 1];
    expect(`${page?.text}\n`).toBe(await readText(GOLDEN, `${name}-page-${number}.txt`));
  });

  test.each(Object.keys(WHOLE))(
    "%s: sentences are whole across lines and columns, titles and page numbers gone",
    async (name) => {
      const pages = await paper(name);
      const text = pages.map((page) => page.text).join("\n\n");
      for (const sentence of WHOLE[name] ?? []) expect(text).toContain(sentence);
      for (const page of pages) {
        expect(page.text).not.toMatch(RUNNING);
        const gone = page.removed.filter(({ why }) => why !== "rotated").map((one) => one.text);
        expect(gone).toContain(`Page ${page.page} of ${pages.length}`);
        expect(gone).toHaveLength(page.page === 1 ? 2 : 4);
      }
    },
  );

  test("of all words broken at a line's end, at most 2 % come out wrong", async () => {
    for (const name of Object.keys(WHOLE)) {
      const broken = await hyphens(name);
      const text = (await paper(name)).map((page) => page.text).join("\n");
      const count = broken.joined.length + broken.kept.length;
      const bad = wrong(broken, text);
      expect(count).toBeGreaterThan(70);
      expect(bad.length / count, bad.join(" ")).toBeLessThanOrEqual(0.02);
    }
  });

  test("a phrase is found where it is printed, one box a line", async () => {
    const page = (await paper("1282"))[1];
    if (!page) throw new Error("no page");
    const boxes = (phrase: string): Box[] => {
      const start = page.text.indexOf(phrase);
      return locate(page, start, start + phrase.length);
    };
    // Places as the engine's own word boxes have them.
    const [one, ...more] = boxes("Monitoring the Future study");
    expect(more).toEqual([]);
    expect(one?.x).toBeCloseTo(312, 0);
    expect(Math.abs((one?.y ?? 0) - 180.5)).toBeLessThan(0.5);
    expect(Math.abs((one?.width ?? 0) - 115)).toBeLessThan(6);
    const two = boxes("annual survey conducted in compliance");
    expect(two.map(({ y }) => Math.floor(y))).toEqual([180, 192]);
    expect(two[1]?.x).toBeCloseTo(312, 0);
  });
});
