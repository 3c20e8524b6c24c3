import { personalData, redact, redactPersonal } from "corrigenda/provider";
import { describe, expect, it } from "vitest";

const OPENAI = "sk-proj-AbCdEf_0123456789-AbCdEf0123456789";
const ANTHROPIC = "sk-ant-api03-AbCdEf0123456789-xyz_AA";
const AZURE_OLD = "0123456789abcdef0123456789abcdef";
const AZURE_NEW = "A1b2".repeat(21);

describe("redact", () => {
  it.each([
    [`key ${OPENAI} refused`, "key [key] refused"],
    [`key ${ANTHROPIC}.`, "key [key]."],
    ["Incorrect API key provided: sk-abcde*****************wxyz. See", "Incorrect API key provided: [key]. See"],
    [`azure ${AZURE_OLD} and ${AZURE_NEW}`, "azure [key] and [key]"],
    ["authorization: Bearer abc.def-123", "authorization: Bearer [key]"],
    ['{"api-key":"short","x":1}', '{"api-key":"[key]","x":1}'],
    ['{\\"x-api-key\\":\\"short\\"}', '{\\"x-api-key\\":\\"[key]\\"}'],
    ["x-api-key: abc, y", "x-api-key: [key], y"],
    ["GET /v1?api-key=abc&b=1", "GET /v1?api-key=[key]&b=1"],
    ["OPENAI_API_KEY=abc", "OPENAI_API_KEY=[key]"],
    [`Bearer ${OPENAI}`, "Bearer [key]"],
  ])("masks the key in %s", (text, masked) => {
    expect(redact(text)).toBe(masked);
    expect(redact(masked)).toBe(masked);
  });

  it.each([
    "set OPENAI_API_KEY in .env",
    `chunk ${"0123456789abcdef".repeat(4)}`, // a sha256 is no key
    "batch_6740f3a1b2c481908d3e4f5061728394 is open",
    "lg_fu_12_Dict_fON_zero_t_l_fifty",
    "the task-force asked a disk-related question",
  ])("leaves %s as it is", (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe("personal data", () => {
  it.each([
    ["Write to ana.lopez+x@mail.example.org!", { emails: 1 }, "Write to [email]!"],
    ["用戶 wang@example.com.tw 的信", { emails: 1 }, "用戶 [email] 的信"],
    ["Call me: +44 20 7946 0958 or 0912-345-678.", { phones: 2 }, "Call me: [phone] or [phone]."],
    ["(02) 2345-6789", { phones: 1 }, "[phone]"],
    ["My name is Ana López and I am 20.", { names: 1 }, "My name is [name] and I am 20."],
    ["Dear Maria, thank you.", { names: 1 }, "Dear [name], thank you."],
    ["Dear Mr. Brown,", { names: 1 }, "Dear Mr. [name],"],
    ["I met Mrs O'Neill and Dr van Dyke.", { names: 1 }, "I met Mrs [name] and Dr van Dyke."],
    ["Yours sincerely,\nWang Xiao-Ming", { names: 1 }, "Yours sincerely,\n[name]"],
    ["Best wishes, Peter", { names: 1 }, "Best wishes, [name]"],
  ])("is seen in %s", (text, counts, masked) => {
    expect(personalData(text)).toEqual({ emails: 0, phones: 0, names: 0, ...counts });
    expect(redactPersonal(text)).toBe(masked);
    expect(personalData(masked)).toEqual({ emails: 0, phones: 0, names: 0 });
  });

  it.each([
    "Dear Sir or Madam,",
    "Dear Mr and Mrs,",
    "my name is not important",
    "In 2019-2020, from 12/05/2026 to 2026-11-21, 1,234,567 people paid 12345678 dollars.",
    "The ratio was 0.123456789 and 3.14159265.",
    "It is 10:30, room 12-34.",
    "a @ b, user@localhost",
    "London and Paris are dear to me.",
  ])("is not seen in %s", (text) => {
    expect(personalData(text)).toEqual({ emails: 0, phones: 0, names: 0 });
    expect(redactPersonal(text)).toBe(text);
  });
});
