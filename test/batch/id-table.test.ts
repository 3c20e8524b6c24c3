import fc from "fast-check";
import { expect, test } from "vitest";
import { idTable } from "../../lib/batch/id-table.ts";

test("the table answers as a Map of ids to their numbers does", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 3_000 }), (ids) => {
      const [ours, reference] = [idTable(), new Map<string, number>()];
      for (const id of ids) {
        expect(ours.find(id)).toBe(reference.get(id) ?? -1);
        expect(ours.add(id)).toBe(!reference.has(id));
        if (!reference.has(id)) reference.set(id, reference.size);
      }
      for (const id of ids) expect(ours.find(id)).toBe(reference.get(id));
    }),
  );
});

test("300,000 readable ids that differ in one place are told apart, and keep their numbers while the table grows", () => {
  const ids = idTable();
  const id = (n: number): string => `lg_fu_${n}_Dict_fON_zero_t_l_fifty`;
  for (let n = 0; n < 300_000; n++) if (!ids.add(id(n))) expect.fail(`${id(n)} was taken for another`);
  for (let n = 0; n < 300_000; n += 997) expect(ids.find(id(n))).toBe(n);
  expect(ids.find(id(300_000))).toBe(-1);
});

test("a cleared table knows nothing, and counts from nothing", () => {
  const ids = idTable();
  for (let n = 0; n < 5_000; n++) ids.add(`row_${n}`);
  ids.clear();
  expect(ids.find("row_7")).toBe(-1);
  expect(ids.add("row_9")).toBe(true);
  expect(ids.find("row_9")).toBe(0);
});
