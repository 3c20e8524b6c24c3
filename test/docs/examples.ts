import vm from "node:vm";

/** The code behind @example in a module's header. */
export function exampleOf(source: string): string {
  const [, block = ""] = /@example\n([\s\S]*?) \* @module/.exec(source) ?? [];
  return block.replace(/^ \* ?/gm, "").trim();
}

/**
 * The example as a module: names it does not define are imported, and where a line ends in `// <literal>`, its value has
 * to be that. @param names where each name is exported
 */
export function exampleModule(face: string, example: string, names: ReadonlyMap<string, string>): string {
  const lines = example.split("\n").flatMap((line) => checked(face, line));
  const body = lines.join("\n");
  const defined = new Set([...body.matchAll(/\b(?:const|let)\s+(?:\{([^}]*)\}|\[([^\]]*)\]|(\w+))/g)].flatMap(namesOf));
  const words = new Set(example.replace(/\/\/.*$/gm, "").match(/(?<![.\w"'])[A-Za-z_]\w*/g));
  const imports = [...names].filter(([name]) => words.has(name) && !defined.has(name));
  return [
    'import assert from "node:assert";',
    ...(words.has("z") ? ['import { z } from "zod";'] : []),
    ...imports.map(([name, from]) => `import { ${name} } from "${from}";`),
    CHECK,
    body,
  ].join("\n");
}

const CHECK = `function check(face: string, line: string, value: unknown, expected: unknown): void {
  const [is, said] = [value, expected].map((one) => JSON.stringify(one));
  try {
    assert.deepStrictEqual(value, expected);
  } catch {
    throw new Error(face + " says " + said + ", but it is " + is + ": " + line);
  }
}`;

/** A line of the example; one whose comment is a value is checked against it. */
function checked(face: string, line: string): string[] {
  const [, code = "", comment = ""] = /^(.*?;) \/\/ (.*)$/.exec(line) ?? [];
  const expected = [comment, comment.split("; ")[0] ?? ""].find(isLiteral);
  if (expected === undefined) return [line];
  const constant = /^const (\w+) = /.exec(code)?.[1];
  const value = constant ?? code.replace(/;$/, "");
  const call = `check(${JSON.stringify(face)}, ${JSON.stringify(code)}, ${value}, ${expected});`;
  return constant === undefined ? [call] : [code, call];
}

/** A value written out, and not prose or a name. */
function isLiteral(text: string): boolean {
  if (!/^(?:["'[{\d-]|true$|false$|undefined$|null$)/.test(text)) return false;
  try {
    new vm.Script(`(${text})`).runInNewContext({});
    return true;
  } catch {
    return false;
  }
}

function namesOf([, fields, items, name]: RegExpMatchArray): string[] {
  return (fields ?? items ?? name ?? "").split(",").map((one) => one.replace(/:.*/, "").trim());
}
