import fc from "fast-check";
import { expect, test } from "vitest";
import { idSet } from "../../lib/batch/id-set.ts";

test("the id set answers as a Set does", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 500 }), (ids) => {
      const [ours, reference] = [idSet(), new Set<string>()];
      for (const id of ids) {
        expect(ours.add(id)).toBe(!reference.has(id));
        reference.add(id);
      }
      expect(ours.size).toBe(reference.size);
    }),
  );
});

test("300,000 readable ids that differ in one place are told apart", () => {
  const ids = idSet();
  for (let n = 0; n < 300_000; n++) expect(ids.add(`lg_fu_${n}_Dict_fON_zero_t_l_fifty`)).toBe(true);
});

test("a cleared id set knows nothing, and counts from nothing", () => {
  const ids = idSet();
  for (let n = 0; n < 5_000; n++) ids.add(`row_${n}`);
  ids.clear();
  expect(ids.size).toBe(0);
  for (let n = 0; n < 5_000; n++) expect(ids.add(`row_${n}`)).toBe(true);
  expect(ids.add("row_7")).toBe(false);
});
