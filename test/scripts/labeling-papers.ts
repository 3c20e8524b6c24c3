import type { Disk } from "corrigenda/files";

/** A paper of the source's text form: pages that mention data sets, organisations, and nothing at all. */
function paper(source: string, pages: number): string {
  const texts = Array.from({ length: pages }, (_, at) => {
    if (at % 5 === 4) return "Acknowledgements. We thank our parents.";
    const year = 1990 + at;
    return [
      `We use the ${year} Ghana Living Standards Survey (GLSS) of ${source}. It covers all regions.`,
      `Earlier studies (Smith et al. ${year}) used DHS data from Africa. Wages fell.`,
      `The World Health Organization published a report. We thank the National Institute.`,
      `Household survey data are combined with census data. This is page ${at + 1}.`,
    ].join("\n");
  });
  const entries = texts.map((text, at): [string, string] => [String(at + 1), text]);
  return JSON.stringify({ source, pages: Object.fromEntries(entries) });
}

/** Names that have to survive custom_ids and file names. */
export const NAMES = ["a_b-page-3", "The local effects: Ghana (2015)", "论文"] as const;

/** Puts papers into `<folder>/input` and a config beside them; the words that lead a script there. */
export async function writePapers(
  disk: Disk,
  folder: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<string[]> {
  for (const [at, name] of NAMES.entries()) await disk.write(`${folder}/input/${at}.json`, paper(name, 5 + at));
  await disk.write(`${folder}/input/notes.txt`, "no paper");
  await disk.write(
    `${folder}/config.yaml`,
    JSON.stringify({ INPUT_DIR: disk.resolve(`${folder}/input`), ...settings }),
  );
  return ["--run", "r", "--config", disk.resolve(`${folder}/config.yaml`)];
}
