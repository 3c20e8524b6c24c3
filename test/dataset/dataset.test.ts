import { type Declaration, declarationOf, declarations, isRemote, mayLeave } from "corrigenda/dataset";
import { expect, test } from "vitest";

test("every data set says where it is from and what its licence allows", () => {
  expect(declarations.map((one) => [one.name, one.mayLeaveMachine])).toEqual([
    ["bea2019", false],
    ["boolq", true],
    ["efcamdat", false],
    ["fce", false],
    ["gsm8k", true],
    ["hotpotqa", true],
    ["hub", false],
    ["ielts", false],
    ["ielts-sample", true],
    ["jfleg", true],
    ["longman", false],
    ["merlin", true],
    ["mock", true],
    ["papers", false],
    ["sample", true],
    ["sample-papers", true],
    ["user", false],
  ]);
  for (const one of declarations) expect(Math.min(one.source.length, one.licence.length)).toBeGreaterThanOrEqual(3);
});

test("an unknown data set is refused with the known ones", () => {
  expect(() => declarationOf("toefl11")).toThrow(
    `no data set is declared as 'toefl11'; known are ${declarations.map(({ name }) => name).join(", ")}`,
  );
});

test("a restricted data set stays here until the user says that it may go", () => {
  const refusal = mayLeave(declarationOf("fce"), true, false);
  expect(refusal?.code).toBe("refused");
  expect(refusal?.message).toBe(
    "data set 'fce' may not leave this machine (CLC FCE licence: non-commercial research and education, no redistribution); " +
      "use a provider on this machine, or add --i-may-send if you have the right to send it",
  );
  expect(mayLeave(declarationOf("user"), true, false)?.message).toContain("(unknown licence)");
  expect(mayLeave(declarationOf("fce"), true, true)).toBeUndefined();
  expect(mayLeave(declarationOf("fce"), false, false)).toBeUndefined();
  expect(mayLeave(declarationOf("jfleg"), true, false)).toBeUndefined();
});

test("mayLeave refuses exactly the one case of the eight", () => {
  const sets: Declaration[] = [declarationOf("longman"), declarationOf("sample")];
  const refused = sets.flatMap((set) =>
    [true, false].flatMap((remote) =>
      [true, false].filter((may) => mayLeave(set, remote, may)).map((may) => [set.name, remote, may]),
    ),
  );
  expect(refused).toEqual([["longman", true, false]]);
});

test.each([
  ["offline", "offline", false],
  ["compatible", "http://localhost:11434/v1", false],
  ["compatible", "http://127.0.0.1:8000/v1", false],
  ["compatible", "http://127.1.2.3/v1", false],
  ["compatible", "http://[::1]:8080/v1", false],
  ["compatible", "http://ollama.localhost/v1", false],
  ["openai", "http://127.0.0.1:9999/v1", false],
  ["openai", "https://api.openai.com/v1", true],
  ["azure", "my-deployment", true],
  ["azure", "https://x.openai.azure.com/openai/deployments/d", true],
  ["compatible", "http://192.168.1.20:11434/v1", true],
  ["compatible", "http://localhost.evil.example/v1", true],
  ["compatible", "http://127.0.0.1@evil.example/v1", true],
  ["compatible", "http://127.0.0.1.evil.example/v1", true],
  ["compatible", "", true],
])("provider %s at %s is remote: %s", (name, base, remote) => {
  expect(isRemote({ name, base })).toBe(remote);
});
