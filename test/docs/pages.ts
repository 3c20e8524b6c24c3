/** Relative targets of Markdown links, without their anchors. */
export function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** Files and folders of the repository named in backticks; those with a placeholder are patterns, not names. */
export function pathsIn(text: string): string[] {
  const named = [...text.matchAll(/`((?:lib|scripts|test|docs|data\/sample|notebooks)\/[^`\s]*)`/g)];
  return named.map(([, name = ""]) => name).filter((name) => !/[<>*{}…]/.test(name));
}

/** Suites in backticks with the titles in quotes behind them: `test/x.test.ts` "a title", "another". */
export function testsIn(text: string): { suite: string; titles: string[] }[] {
  return [...text.matchAll(/`(test\/[^`\s]+\.ts)`((?:[,;]?\s*"[^"]+")+)/g)].map(([, suite = "", titles = ""]) => ({
    suite,
    titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = ""]) => title),
  }));
}

export interface Command {
  readonly script: string;
  readonly flags: readonly string[];
}

/** Every `npx zx scripts/…` and `npm run … -- …` of a text, up to the end of its line or code. */
export function commandsIn(text: string, npm: Readonly<Record<string, string>>): Command[] {
  return [...text.matchAll(/(?:npx zx (scripts\/[\w/-]+\.ts)|npm run ([\w:]+))([^`#\n|]*)/g)].flatMap(
    ([, script, name = "", rest = ""]) => {
      const scripts = script === undefined ? scriptsIn(npm[name] ?? `scripts/${name}.ts`) : [script];
      const own = rest.replace(/"[^"\n]*"/g, '""'); // what is quoted is for another program
      const flags = [...own.matchAll(/(?<=\s|^)--[a-z][a-z-]*/g)].map(([flag]) => flag);
      return scripts.map((one) => ({ script: one, flags }));
    },
  );
}

/** Scripts that a line of package.json starts. */
export function scriptsIn(line: string): string[] {
  return [...line.matchAll(/\bscripts\/[\w/-]+\.ts\b/g)].map(([script]) => script);
}
