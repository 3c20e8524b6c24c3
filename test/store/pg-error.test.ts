import { expect, test } from "vitest";
import { isPassingFault, pgError } from "../../lib/store/pg-error.ts";

const fault = (code: string): Error => Object.assign(new Error("getaddrinfo"), { code });

test.each(["ENOTFOUND", "ENETDOWN", "EHOSTDOWN", "ENETRESET", "EADDRNOTAVAIL", "ECONNREFUSED"])(
  "a machine that has left its network for a while (%s) is waited for",
  (code) => {
    expect(isPassingFault(fault(code))).toBe(true);
  },
);

test("a name that stays unknown is said to be one", () => {
  const { code, message } = pgError(fault("ENOTFOUND"), "postgres://db.lab/x");
  expect([code, message]).toEqual([
    "config",
    "there is no host of this name: postgres://db.lab/x; correct the store's address",
  ]);
});
