import { toldChild } from "corrigenda/bench";
import { expect, test } from "vitest";

const doubler =
  'require("readline").createInterface({ input: process.stdin }).on("line", (x) => x === "end" ? process.exit(3) : console.log(2 * x, 7))';

test("a told process answers each line with its numbers, and its end in between is an error", async () => {
  using child = toldChild(process.execPath, "-e", doubler);
  await child.tell("4");
  expect(child.numbers()).toEqual([8, 7]);
  await child.tell("0.5");
  expect(child.numbers()).toEqual([1, 7]);
  await expect(child.tell("end")).rejects.toThrow("exit code 3");
});
