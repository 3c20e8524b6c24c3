import { documentKey, documentKeys, hash8, itemId, PROCESSES, paths, readBatchIds, readId } from "corrigenda/labeling";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeItem, mention, page, reasoningItem } from "./fixture.ts";

const NAMES = [
  "a_b",
  "a-page-3",
  "a-page-3_0123abcd-pg-4",
  "The-local_2020",
  "x".repeat(300),
  "Über die Daten",
  "论文",
  "a b",
  "..",
  "../../etc/passwd",
  "CON",
  ".hidden",
  "a\nb",
  "😀",
];

describe("a document's key", () => {
  test("is its name where that is plain", () => {
    expect(documentKey("The-local-socioeconomic_effects.v2")).toBe("The-local-socioeconomic_effects.v2");
  });

  test.each(NAMES)("of %j can be a file's name and nothing else", (name) => {
    const key = documentKey(name);
    expect(key).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/);
    expect(key).not.toMatch(/\.$/);
    for (const process of PROCESSES) {
      const path = paths.requests(process, key);
      expect(path.split("/").some((part) => part === ".." || part.length > 200)).toBe(false);
    }
  });

  test("keeps names apart that have the same letters", () => {
    const names = ["Über 1", "Uber 1", "Uber-1", "uber-1", "论文", "論文"];
    const keys = documentKeys(names).map((key) => key.toLowerCase());
    expect(new Set(keys).size).toBe(names.length);
  });
});

describe("a custom_id", () => {
  test("has the source's form: the extraction counts pages from 0, the others from 1", () => {
    expect(itemId({ process: "extraction", page: page() })).toBe("doc_a-page-2");
    expect(itemId(judgeItem(mention()))).toBe("doc_a-page-3");
    expect(itemId(reasoningItem(mention()))).toBe("doc_a_0123abcd-pg-3");
  });

  test("is read back for any document name, also one that holds the marks themselves", () => {
    const name = fc.oneof(fc.constantFrom(...NAMES), fc.string({ minLength: 1 })).map(documentKey);
    fc.assert(
      fc.property(name, fc.integer({ min: 1, max: 9_999 }), fc.string(), (document, number, text) => {
        const row = mention({ document, page: number });
        expect(readId("extraction", itemId({ process: "extraction", page: page({ document, page: number }) }))).toEqual(
          { document, page: number },
        );
        expect(readId("judge", itemId(judgeItem(row)))).toEqual({ document, page: number });
        const item = { process: "reasoning", mentions: [row], hash: hash8(text) } as const;
        expect(readId("reasoning", itemId(item))).toEqual({ document, page: number, hash: hash8(text) });
      }),
    );
  });

  test.each(["", "doc", "doc-page-", "doc-page-x", "-page-1"])("%j is none", (id) => {
    for (const process of PROCESSES) expect(readId(process, id)).toBeUndefined();
  });

  test("holds the first eight digits of the passage's MD5", () => {
    // md5("The quick brown fox jumps over the lazy dog"), RFC 1321's usual example: 9e107d9d372bb6826bd81d3542a419d6
    expect(hash8("The quick brown fox jumps over the lazy dog")).toBe("9e107d9d");
  });
});

test("a list of batch ids is read as the original writes it, and as Windows does", () => {
  expect(readBatchIds("batch_1\nbatch_2\r\n\n batch_3 \n")).toEqual(["batch_1", "batch_2", "batch_3"]);
});
