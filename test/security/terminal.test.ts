import { createLogger, createTerminal, maskSecrets, maskValues, secretsIn } from "corrigenda/cli";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const ESC = "\u001b";
/** What terminals obey: clears the screen, sets the title, writes the clipboard, hides a line, rings, turns the text. */
const ORDERS = [
  ...[
    `${ESC}[2J`,
    `${ESC}]0;title\u0007`,
    `${ESC}]52;c;aGk=\u0007`,
    `${ESC}[8m`,
    "\u0007",
    "\u009b31m",
    "\u009d0;x\u009c",
  ],
  ...[
    "\b\b\b",
    "\r",
    "\u007f",
    "\u202egnp.exe",
    "\u2066",
    "\u200f",
    "\u0000",
    `${ESC}P+q544e\u001b\\`,
    `${ESC}]8;;javascript:x\u0007`,
  ],
];
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come through
const OBEYED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

function stream(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 80, written, write: (text: string) => written.push(text) };
}

describe("a text of a model, a file or a service", () => {
  test("orders a terminal to do nothing, in a line or in the block that is redrawn", () => {
    for (const order of ORDERS) {
      const to = stream(true);
      const terminal = createTerminal(to);
      terminal.line(`reply: ${order}`);
      terminal.show(`paper ${order}`);
      const own = to.written.join("").replaceAll(`\r${ESC}[2K`, "").replaceAll(`${ESC}[1A${ESC}[2K`, "");
      expect(own).not.toMatch(OBEYED);
      expect(own).toMatch(/\\u[0-9a-f]{4}/);
    }
  });

  test("comes out as it is where it holds no order", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        fc.pre(!OBEYED.test(text) && !/[\u2028\u2029\u061c]/.test(text));
        const to = stream(false);
        createTerminal(to).line(text);
        expect(to.written).toEqual([`${text}\n`]);
      }),
    );
  });

  test("stays in its line of a log, which stays JSON", async () => {
    const lines: string[] = [];
    let file = "";
    const log = createLogger({ level: "info", clock: { now: () => 0 } as never, line: (text) => lines.push(text) });
    log.attach({
      write: async (text: string) => {
        file += text;
      },
      sync: async () => undefined,
      close: async () => undefined,
    } as never);
    for (const order of ORDERS) log.info(`a\n{"level":"error"}${order}`, { name: order });
    await log.close();
    const kept = file.trimEnd().split("\n");
    expect(kept).toHaveLength(ORDERS.length);
    for (const [at, line] of kept.entries()) {
      expect(line).not.toMatch(OBEYED);
      expect(JSON.parse(line)).toMatchObject({ level: "info", name: ORDERS[at] });
    }
    for (const line of lines) expect(line).not.toContain("\n");
  });
});

describe("masking", () => {
  test.each([
    ["https://a.blob.core.windows.net/c?sv=2024&sig=c2VjcmV0%3D&se=1", "c2VjcmV0"],
    ["https://generativelanguage.example/v1?key=AbCdEf123456", "AbCdEf123456"],
    ["https://token-of-mine@host.example/v1", "token-of-mine"],
    ["postgres://me:hunter22@db/x", "hunter22"],
    [`{"url":"https://x/?a=1&access_token=ya29.a0Af"}`, "ya29.a0Af"],
  ])("hides what is secret in %s", (text, secret) => {
    expect(maskSecrets(text)).not.toContain(secret);
    expect(maskSecrets(text)).toContain("[masked]");
  });

  test("knows a key however it is written: quoted in JSON, or in an address", () => {
    const known = secretsIn({ AZURE_BLOB_SAS: 'a"b/c=d+e', PATH: "/usr/bin", DATABASE_URL: "postgres://x/y" });
    expect(known).toHaveLength(2);
    for (const text of ['a"b/c=d+e', JSON.stringify('a"b/c=d+e'), `?x=${encodeURIComponent('a"b/c=d+e')}`])
      expect(maskSecrets(text, known)).not.toMatch(/b.{1,4}c.{1,4}d/);
    expect(maskValues('sk-abcdefghijklmnop a"b/c=d+e', known)).toBe("sk-abcdefghijklmnop [masked]");
  });

  test("knows the password inside an address", () => {
    const known = secretsIn({ CORRIGENDA_STORE: "postgres://lab:kanarienvogel@db:5432/lab", HOMEPAGE: "https://x/y" });
    expect(maskSecrets("login of lab failed: kanarienvogel", known)).toBe("login of lab failed: [masked]");
    expect(known).toEqual(["kanarienvogel"]);
  });

  test("takes a text of a megabyte in a moment, whatever it holds", () => {
    // Patterns that look back or repeat could take hours: quadratic work on 1 MB is 10^12 steps.
    for (const text of ["a", "sk-", "://", "://a:", "Bearer ", "api_key=", "eyJ", "?sig=", 'secret:\\"'].map((part) =>
      part.repeat(2 ** 20 / part.length),
    ))
      expect(maskSecrets(text).length).toBeGreaterThan(0);
  });
});
