import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { parseJson } from "corrigenda/json";

/** A cell. Dates and times are ISO texts; whole numbers beyond 2^53 are bigints; long decimals are texts. */
export type Value = string | number | bigint | boolean | null | readonly Value[] | { readonly [field: string]: Value };
export type Row = Readonly<Record<string, Value>>;

/** Turns a value of one DuckDB type into ours. */
export type Convert = (value: DuckDBValue) => Value;

const MICROS_PER_MS = 1000n;
/** Decimals of so many figures survive the way into a double and back. */
const EXACT_FIGURES = 15;
const AS_THEY_ARE = new Set(
  "BOOLEAN TINYINT SMALLINT INTEGER UTINYINT USMALLINT UINTEGER FLOAT DOUBLE ENUM".split(" "),
);
const WHOLE = new Set(["BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT", "BIGNUM"]);

/** How values of a type are read. @param kinds DuckDB's type ids by number */
export function convertOf(type: DuckDBType, kinds: Readonly<Record<number, string>>): Convert {
  const kind = kinds[type.typeId] ?? "";
  const inner = (of: DuckDBType): Convert => convertOf(of, kinds);
  if (AS_THEY_ARE.has(kind)) return (value) => value as Value;
  if (WHOLE.has(kind)) return present((value) => wholeNumber(value as bigint));
  if (kind === "VARCHAR") return present(type.alias === "JSON" ? jsonValue : (value) => value as string);
  if (kind === "DECIMAL") return present((value) => decimal(String(value)));
  if (kind === "TIMESTAMP_TZ") return present((value) => instant((value as unknown as { micros: bigint }).micros));
  if (kind.startsWith("TIMESTAMP")) return present((value) => String(value).replace(" ", "T"));
  if ("valueType" in type && (kind === "LIST" || kind === "ARRAY")) {
    const item = inner(type.valueType);
    return present((value) => (value as { items: readonly DuckDBValue[] }).items.map(item));
  }
  if (kind === "STRUCT" && "entryNames" in type) return structOf(type.entryNames, type.entryTypes.map(inner));
  if (kind === "MAP" && "keyType" in type) return mapOf(inner(type.keyType), inner(type.valueType));
  return present(String);
}

/** What a reader of a column has to know about its values. */
export function noteOf(values: readonly Value[], type: string): string | undefined {
  if (values.some((value) => typeof value === "bigint")) return "whole numbers beyond 2^53 are bigints";
  if (type.startsWith("DECIMAL") && values.some((value) => typeof value === "string"))
    return `decimals of more than ${EXACT_FIGURES} figures are texts`;
  return undefined;
}

function present(convert: (value: Exclude<DuckDBValue, null>) => Value): Convert {
  return (value) => (value === null ? null : convert(value));
}

function wholeNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function decimal(text: string): number | string {
  const figures = text.replace(/^[-+]?0*\.?0*/, "").replace(".", "");
  return figures.length <= EXACT_FIGURES ? Number(text) : text;
}

/** UTC, to the microsecond. */
function instant(micros: bigint): string {
  const date = new Date(Number(micros / MICROS_PER_MS));
  if (Number.isNaN(date.getTime())) return `${micros} µs since 1970`;
  const rest = micros % MICROS_PER_MS;
  return rest > 0n ? date.toISOString().replace("Z", `${String(rest).padStart(3, "0")}Z`) : date.toISOString();
}

function jsonValue(value: DuckDBValue): Value {
  return (parseJson(value as string) as Value | undefined) ?? null;
}

function structOf(names: readonly string[], converts: readonly Convert[]): Convert {
  return present((value) => {
    const { entries } = value as { entries: Readonly<Record<string, DuckDBValue>> };
    return Object.fromEntries(names.map((name, place) => [name, converts[place]?.(entries[name] ?? null) ?? null]));
  });
}

/** Keys of a map need not be texts: pairs. A map with text keys is an object. */
function mapOf(key: Convert, item: Convert): Convert {
  return present((value) => {
    const { entries } = value as { entries: readonly { key: DuckDBValue; value: DuckDBValue }[] };
    const pairs = entries.map((one) => [key(one.key), item(one.value)] as const);
    if (pairs.every((pair): pair is readonly [string, Value] => typeof pair[0] === "string"))
      return Object.fromEntries(pairs);
    return pairs.map(([name, of]) => ({ key: name, value: of }));
  });
}
