import { inspect } from "node:util";
import type { Frame } from "./frames.ts";
import type { Failure } from "./output.ts";
import type { Place } from "./session.ts";

export type PlacedFailure = Failure & { readonly at?: Place };

/** What was thrown, with the cell's own frames and the line at fault; frames of packages and of Node are left out. */
export function failureOf(thrown: unknown, framesOf: (stack: string) => readonly Frame[]): PlacedFailure {
  if (!isError(thrown)) return failure("Uncaught", inspect(thrown), []);
  const { name, message } = named(thrown);
  return failure(name, message, framesOf(thrown.stack ?? ""), causes(thrown.cause));
}

/** A failure whose place is known without a stack. */
export function placedFailure(ename: string, evalue: string, frame: Frame | undefined): PlacedFailure {
  return failure(ename, evalue, frame ? [frame] : []);
}

/** Thrown where a stopped cell would go on. */
export class Interrupted extends Error {
  override readonly name = "KeyboardInterrupt";
}

/** What a stopped cell ends with; Jupyter's clients know the name from Python. */
export const INTERRUPTED: Failure = {
  ename: "KeyboardInterrupt",
  evalue: "the cell was interrupted",
  traceback: ["KeyboardInterrupt: the cell was interrupted"],
};

function failure(
  ename: string,
  evalue: string,
  frames: readonly Frame[],
  after: readonly string[] = [],
): PlacedFailure {
  const [first] = frames;
  const traceback = [
    `${ename}: ${evalue}`,
    ...frames.map(frameLine),
    ...(first ? excerpt(first.at, first.text) : []),
    ...after,
  ];
  return { ename, evalue, traceback, ...(first && { at: first.at }) };
}

function frameLine({ name, count, at }: Frame): string {
  const place = `cell ${count}, line ${at.line}:${at.column}`;
  return `    at ${name === "" ? place : `${name} (${place})`}`;
}

/** The line at fault, and a mark below the column. */
export function excerpt(at: Place, text: string): readonly string[] {
  const number = `${at.line}`.padStart(4);
  const indent = text.slice(0, at.column - 1).replace(/[^\t]/g, " ");
  return ["", `${number} | ${text}`, `${" ".repeat(number.length)} | ${indent}^`];
}

function causes(cause: unknown): readonly string[] {
  const told: string[] = [];
  for (let one = cause; isError(one) && told.length < 5; one = one.cause) {
    const { name, message } = named(one);
    told.push(`caused by ${name}: ${message}`);
  }
  return told;
}

function named({ name, message }: Error): { readonly name: string; readonly message: string } {
  // V8 quotes the rewritten cell: "(0 , __cell.f) is not a function".
  const told = String(message).replace(/\(0 ?, __cell\.([\w$]+)\)|__cell\.([\w$]+)/g, "$1$2");
  return { name: String(name) || "Error", message: told };
}

/** Also errors of another realm, and what only looks like one. */
function isError(value: unknown): value is Error {
  return typeof value === "object" && value !== null && "message" in value && "stack" in value;
}
