import { describe, expect, test } from "vitest";
import { createHistory, HistoryRequest } from "../../lib/notebook/history.ts";
import { createQueue } from "../../lib/notebook/queue.ts";
import { cursorAt, cursorOffset } from "../../lib/notebook/requests.ts";
import { decodeMessage, encodeMessage, signature } from "../../lib/notebook/wire.ts";

const header = {
  msg_id: "1",
  msg_type: "execute_request",
  session: "s",
  username: "u",
  date: "2026-11-21T12:00:00.000Z",
  version: "5.3",
};
const message = { identities: [Buffer.from([0, 1, 255])], header, parent: {}, content: { code: "`é`" } };

describe("messages", () => {
  test("the signature is HMAC-SHA256 over the parts as one text (RFC 4231, test case 2)", () => {
    const parts = ["what do ya ", "want for nothing?"].map((text) => Buffer.from(text));
    expect(signature(parts, "Jefe")).toBe("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    expect(signature(parts, "")).toBe("");
  });

  test("frames are identities, delimiter, signature, header, parent, metadata, content", () => {
    const frames = encodeMessage(message, "key").map((frame) => frame.toString("utf8"));
    expect(frames.slice(1)).toEqual([
      "<IDS|MSG>",
      expect.stringMatching(/^[0-9a-f]{64}$/),
      JSON.stringify(header),
      "{}",
      "{}",
      '{"code":"`é`"}',
    ]);
  });

  test("what was sent is read again", () => {
    expect(decodeMessage(encodeMessage(message, "key"), "key")).toEqual(message);
    expect(decodeMessage(encodeMessage(message, ""), "")).toEqual(message);
  });

  test("another key, a changed part, a lost frame and text that is no JSON are not read", () => {
    const frames = encodeMessage(message, "key");
    const changed = frames.map((frame, at) => (at === 6 ? Buffer.from('{"code":"evil"}') : frame));
    const broken = frames.map((frame, at) => (at === 6 ? Buffer.from("{") : frame));
    expect(decodeMessage(frames, "other")).toBeUndefined();
    expect(decodeMessage(changed, "key")).toBeUndefined();
    expect(decodeMessage(frames.slice(0, 5), "key")).toBeUndefined();
    expect(decodeMessage(frames.slice(2), "key")).toBeUndefined();
    expect(decodeMessage(broken.with(2, Buffer.alloc(0)), "")).toBeUndefined();
  });

  test("a cursor counts characters, an offset UTF-16 units", () => {
    expect(cursorOffset({ code: "𝕏.len", cursor_pos: 2 })).toBe(3);
    expect(cursorOffset({ code: "𝕏.len" })).toBe(6);
    expect(cursorAt("𝕏.len", 3)).toBe(2);
  });
});

describe("history", () => {
  const history = createHistory();
  for (const [at, input] of ["a = 1", "b = 2", "a = 1", "call(\n)"].entries()) history.add(at + 1, input);
  history.result("done");

  test.each<[request: object, lines: number[]]>([
    [{ hist_access_type: "tail", n: 2 }, [3, 4]],
    [{ hist_access_type: "tail", n: 0 }, []],
    [{ hist_access_type: "tail" }, [1, 2, 3, 4]],
    [{ hist_access_type: "range", session: 0, start: 2, stop: 4 }, [2, 3]],
    [{ hist_access_type: "range", session: 1, start: 3 }, [3, 4]],
    [{ hist_access_type: "range", session: 7, start: 1 }, []],
    [{ hist_access_type: "search", pattern: "a*" }, [1, 3]],
    [{ hist_access_type: "search", pattern: "a*", unique: true }, [3]],
    [{ hist_access_type: "search", pattern: "? = ?", n: 2 }, [2, 3]],
    [{ hist_access_type: "search", pattern: "call(*)" }, [4]],
    [{ hist_access_type: "search", pattern: "a" }, []],
  ])("%j", (request, lines) => {
    expect(history.answer(HistoryRequest.parse(request)).map(([, line]) => line)).toEqual(lines);
  });

  test("outputs come along where they are asked for", () => {
    const request = HistoryRequest.parse({ hist_access_type: "tail", n: 2, output: true });
    expect(history.answer(request)).toEqual([
      [1, 3, ["a = 1", null]],
      [1, 4, ["call(\n)", "done"]],
    ]);
  });
});

test("after a request that fails, those that wait and depend on it are passed over; later ones are not", async () => {
  const said: string[] = [];
  const queue = createQueue<string>({
    answer: async (one) => said.push(one) > 0 && one === "fails",
    depends: (one) => one !== "info",
    passOver: async (one) => {
      said.push(`no ${one}`);
    },
  });
  for (const one of ["a", "fails", "b", "info", "c"]) queue.add(one);
  await queue.idle();
  queue.add("d");
  await queue.idle();
  expect(said).toEqual(["a", "fails", "no b", "info", "no c", "d"]);
});
