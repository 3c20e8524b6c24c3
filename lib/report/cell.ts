export type CellValue = string | number | boolean | null;

/** A cell; with `detail`, a click opens the page's detail of that id; with `href`, another page of the same report. */
export type TableCell = CellValue | LinkedCell;

export interface LinkedCell {
  readonly value: CellValue;
  /** The ends of the value's interval: "0.72 [0.68, 0.76]". */
  readonly low?: number;
  readonly high?: number;
  readonly detail?: string;
  /** A page beside this one: plain names and "/", ending in .html or .md; "#place" or "#find=<words for the filter>" may follow. */
  readonly href?: string;
  /** Shown as a failure. */
  readonly failed?: boolean;
}

export interface Column {
  readonly key: string;
  readonly label: string;
  /** "words", "%", "US dollars"; shown below the label. */
  readonly unit?: string;
  /** Explanation, shown below the label. */
  readonly note?: string;
  /** Decimals of its numbers. Default: as many as they have, at most 3; three digits that count below 0.001. */
  readonly digits?: number;
  /** For sentences: the column keeps room for them, also on a small screen. */
  readonly wide?: boolean;
  /** For names and dates: they are not broken. */
  readonly whole?: boolean;
}

export interface TableOptions {
  /** Small letters, digits and hyphens: it names the files that are saved. */
  readonly id: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Readonly<Record<string, TableCell>>[];
  readonly caption?: string;
  /** Keys of columns of which one value can be chosen, so that only its rows are shown. */
  readonly choose?: readonly string[];
  /** Rows a page; all others are in the page's data, for sorting, filtering and turning pages. */
  readonly pageRows?: number;
}

export function linked(given: TableCell | undefined): LinkedCell {
  return typeof given === "object" && given !== null ? given : { value: given ?? null };
}

/** How a cell reads; the page's script does the same. */
export function formatCell(given: TableCell | undefined, digits: number | undefined): string {
  const { value, low, high } = linked(given);
  const text = formatValue(value, digits);
  if (low === undefined || high === undefined) return text;
  return `${text} [${formatValue(low, digits)}, ${formatValue(high, digits)}]`;
}

export function isNumeric(values: readonly CellValue[]): boolean {
  return (
    values.some((value) => typeof value === "number") &&
    values.every((value) => value === null || typeof value === "number")
  );
}

function formatValue(value: CellValue, digits: number | undefined): string {
  if (value === null || value === "") return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value;
  const isTiny = digits === undefined && value !== 0 && Math.abs(value) < 0.001;
  return formatOf(isTiny ? "tiny" : digits).format(value);
}

const formats = new Map<number | "tiny" | undefined, Intl.NumberFormat>();

/** Kept: making one costs a thousand times what using it does. */
function formatOf(digits: number | "tiny" | undefined): Intl.NumberFormat {
  const known = formats.get(digits);
  if (known) return known;
  const made = new Intl.NumberFormat(
    "en-US",
    digits === "tiny"
      ? { maximumSignificantDigits: 3 }
      : { minimumFractionDigits: digits ?? 0, maximumFractionDigits: digits ?? 3 },
  );
  formats.set(digits, made);
  return made;
}
