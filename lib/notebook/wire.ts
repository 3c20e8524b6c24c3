import { createHmac, timingSafeEqual } from "node:crypto";
import { parseJson } from "corrigenda/json";

/** The head of a message. */
export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  /** ISO 8601. */
  readonly date: string;
  readonly version: string;
}

export type Content = Readonly<Record<string, unknown>>;

/** A message of Jupyter's protocol, without its buffers: nothing here sends any. */
export interface Message {
  /** Who asked, or the topic of what is published. */
  readonly identities: readonly Uint8Array[];
  readonly header: Header;
  /** The head of the request that this belongs to; empty where there is none. */
  readonly parent: Header | Record<never, never>;
  readonly content: Content;
}

const DELIMITER = Buffer.from("<IDS|MSG>");

/** @see https://jupyter-client.readthedocs.io/en/stable/messaging.html, "The wire protocol" */
export function encodeMessage({ identities, header, parent, content }: Message, key: string): Buffer[] {
  const parts = [header, parent, {}, content].map((part) => Buffer.from(JSON.stringify(part)));
  return [...identities.map((one) => Buffer.from(one)), DELIMITER, Buffer.from(signature(parts, key)), ...parts];
}

/** The message in what a socket received; undefined where it is none, or its signature is not that of the key. */
export function decodeMessage(frames: readonly Uint8Array[], key: string): Message | undefined {
  const at = frames.findIndex((frame) => DELIMITER.equals(frame));
  const [signed, ...parts] = frames.slice(at + 1, at + 6);
  if (at < 0 || !signed || parts.length < 4 || !isSigned(parts, key, signed)) return undefined;
  const [header, parent, , content] = parts.map((part) => parseJson(Buffer.from(part).toString("utf8")));
  if (!isHeader(header) || typeof content !== "object" || content === null) return undefined;
  return {
    identities: frames.slice(0, at),
    header,
    parent: isHeader(parent) ? parent : {},
    content: content as Content,
  };
}

/** HMAC-SHA256 in hexadecimal; nothing where the connection has no key. */
export function signature(parts: readonly Uint8Array[], key: string): string {
  if (key === "") return "";
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

function isSigned(parts: readonly Uint8Array[], key: string, signed: Uint8Array): boolean {
  const expected = Buffer.from(signature(parts, key));
  return expected.length === signed.length && timingSafeEqual(expected, signed);
}

function isHeader(value: unknown): value is Header {
  if (typeof value !== "object" || value === null) return false;
  return "msg_id" in value && "msg_type" in value && typeof value.msg_type === "string";
}
