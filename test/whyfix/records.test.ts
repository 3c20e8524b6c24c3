import { StudyError } from "corrigenda/error";
import {
  blockedRecord,
  matchedById,
  readResultLine,
  resultLine,
  StructuredRecord,
  structuredRecord,
} from "corrigenda/whyfix";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bareRow, cell, fullRow, goodExplanation, reply, shipped } from "./fixture.ts";

const context = { experiment: shipped(), provider: "offline" };
const id = "fce_fu_12_BL_fON_zero_tf_l_fifty";
const item = { row: fullRow(), cell: cell({ dataset: "fce", input: "tf" }) };
const parameters = {
  original_custom_id: id,
  dataset: "fce",
  sample_size: "full",
  data_index: 12,
  method: "baseline",
  model_type: "gpt-4.1-nano",
  model_temperature: 0,
  effort: null,
  input_type: "target + following",
  model_role_setting: "linguist",
  output_length: "fifty",
};
const marked = "I {+took+}[-made-] a photo of the bridge. Then it rained.";

/** A line of batchResult.jsonl with the outputs of a reply. */
function resultOf(output: readonly object[], changes: object = {}): object {
  const usage = { input_tokens: 10, output_tokens: 5, output_tokens_details: { reasoning_tokens: 2 } };
  const body = { model: "gpt-4.1-nano-2025-04-14", status: "completed", output, usage, ...changes };
  return { id: "batch_req_1", custom_id: id, response: { status_code: 200, request_id: "r", body }, error: null };
}
const message = (text: string) => ({ type: "message", content: [{ type: "output_text", text }] });
const read = (value: unknown, group?: string) =>
  readResultLine(
    { ...context, rowOf: () => fullRow(), ...(group === undefined ? {} : { group }) },
    { line: 4, value: value as never },
  );

test("the record of an answer has every parameter, the answer, and who answered at what cost", () => {
  const value = { kind: "explanation", payload: goodExplanation, notes: [] } as const;
  const record = structuredRecord(context, { ok: true, id, key: "k", row: item, value, reply: reply("x"), usd: 0.25 });
  expect(record).toEqual({
    ...parameters,
    content_payload: goodExplanation,
    notes: [],
    formatted_sentence: marked,
    provider: "offline",
    returned_model: "gpt-4.1-nano-2025-04-14",
    usd: 0.25,
    tokens: { input: 100, cached: 0, output: 50, reasoning: 0 },
  });
  expect(StructuredRecord.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
});

test("the record of a failure has the error in place of the answer", () => {
  const error = new StudyError("provider", "batch: the request was refused", { facts: { status: 400 } });
  const record = structuredRecord(context, { ok: false, id, key: "k", row: item, error, usd: 0 });
  expect(record).toMatchObject({
    ...parameters,
    content_payload: { error: "batch: the request was refused", reason: "status 400" },
    tokens: null,
  });
});

test("the record of a reasoning model has its effort and no temperature", () => {
  const other = "lg_sp_3_Mix2_oTM_h_ptf_n_unlimit";
  const error = new StudyError("network", "no answer");
  expect(structuredRecord(context, { ok: false, id: other, key: "k", row: item, error, usd: 0 })).toMatchObject({
    dataset: "longman",
    sample_size: "30_samples",
    method: "mix",
    model_type: "o3-mini",
    model_temperature: null,
    effort: "high",
    model_role_setting: "none",
    output_length: "unlimit",
    content_payload: { reason: "network" },
  });
});

test("a row that could not be asked is a record that says what is missing", () => {
  const record = blockedRecord(context, { row: bareRow(), cell: cell({ method: "L2" }), missing: ["a", "b"] });
  expect(record).toMatchObject({
    original_custom_id: "lg_fu_12_L2_fON_zero_t_l_fifty",
    content_payload: { error: "not asked: a and b have no answer", reason: "no knowledge" },
  });
});

test("matches are found by custom_id; failures give none", () => {
  const record = { notes: [], provider: "x", returned_model: null, usd: null, tokens: null };
  expect([
    ...matchedById([
      { ...record, original_custom_id: "a", content_payload: { matched: ["x"] } },
      { ...record, original_custom_id: "b", content_payload: { error: "e" } },
    ]),
  ]).toEqual([["a", ["x"]]]);
});

test("a line of batchResult.jsonl is read, the message found also behind a reasoning item", () => {
  const record = read(
    resultOf([{ ...message("thinking"), type: "reasoning" }, message(JSON.stringify(goodExplanation))]),
  );
  expect(record).toMatchObject({ ...parameters, content_payload: goodExplanation, formatted_sentence: marked });
  expect(record).toMatchObject({
    returned_model: "gpt-4.1-nano-2025-04-14",
    tokens: { input: 10, cached: 0, output: 5, reasoning: 2 },
  });
});

test("what went wrong in a line is in its record: status, refusal, cut, bad JSON, foreign id", () => {
  const payload = (value: unknown) => read(value).content_payload;
  expect(payload({ custom_id: id, response: { status_code: 429, body: { error: {} } }, error: null })).toEqual({
    error: `${id}: the service did not answer (status 429)`,
    reason: "status 429",
  });
  expect(payload({ custom_id: id, response: null, error: { code: "batch_expired", message: "late" } }).reason).toBe(
    "batch_expired",
  );
  expect(payload(resultOf([{ type: "message", content: [{ type: "refusal", refusal: "no" }] }])).reason).toBe(
    "refusal",
  );
  expect(payload(resultOf([message('{"explanation_en": "We')], { status: "incomplete" })).reason).toBe("cut off");
  expect(payload(resultOf([message("Sure!")])).reason).toBe("not JSON");
  expect(payload(resultOf([])).reason).toBe("no text");
  expect(read({ ...resultOf([]), custom_id: "request-7" })).toMatchObject({
    original_custom_id: "request-7",
    custom_id_parsing_error: "custom_id has 1 parts; 9 are expected",
    raw_custom_id_parts: ["request-7"],
    content_payload: { error: "custom_id has 1 parts; 9 are expected", reason: "custom_id" },
  });
});

test("a malformed line is a record with its line number, and no line ever throws", () => {
  expect(readResultLine(context, { line: 9, text: '{"custom_id": "lg_' })).toMatchObject({
    original_custom_id: null,
    content_payload: { error: "line 9 is not a result line", reason: "malformed line" },
  });
  expect(read({ response: null })).toMatchObject({ content_payload: { error: "line 4 has no custom_id" } });
  fc.assert(fc.property(fc.jsonValue(), (value) => StructuredRecord.parse(read(value)).content_payload !== undefined));
  fc.assert(
    fc.property(
      fc.jsonValue(),
      (value) => StructuredRecord.parse(read({ custom_id: id, response: value })) !== undefined,
    ),
  );
  fc.assert(
    fc.property(
      fc.jsonValue(),
      (body) => StructuredRecord.parse(read({ custom_id: id, response: { status_code: 200, body } })) !== undefined,
    ),
  );
});

test("older results, where causes, features and explanations all have method L2, are told apart by their folder", () => {
  const older = "lg_fu_12_L2_fourOneNano_zero_t_linguist_fifty";
  const line = (text: string) => ({ ...resultOf([message(text)]), custom_id: older });
  const matched = '{"matched":["Topic: the subject has its own usual word."]}';
  expect(read(line(matched), "ragL2_causes_lg_fu_t_fifty")).toMatchObject({ method: "causes", notes: [] });
  expect(read(line(matched), "ragL2_academic_writing_lg_fu_t_fifty")).toMatchObject({
    method: "academic_writing",
    notes: ["1 of 1 matched items are not in the list"],
  });
  expect(read(line(JSON.stringify(goodExplanation)), "part2_lg_fu_t_fifty")).toMatchObject({
    method: "metalinguistic",
  });
});

test("kept replies become result lines under the custom_id of the row they answer", () => {
  const batch = resultOf([message("x")]) as never;
  expect(JSON.parse(resultLine("other", batch))).toEqual({ ...(batch as object), custom_id: "other" });
  expect(JSON.parse(resultLine("other", { status: 200, request_id: "r", body: { output: [] } }))).toEqual({
    id: "r",
    custom_id: "other",
    response: { status_code: 200, request_id: "r", body: { output: [] } },
    error: null,
  });
});

test("a line of the original study's structured_api_data is read", () => {
  const line = {
    original_custom_id: "lg_fu_12_BL_fON_zero_t_l_fifty",
    dataset: "longman",
    data_index: 12,
    model_temperature: 0,
  };
  const record = StructuredRecord.parse({ ...line, content_payload: goodExplanation });
  expect(record).toMatchObject({ ...line, notes: [], provider: "unknown", usd: null, tokens: null });
});
