/** Points (1/72 inch) from the page's top left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A run of characters of a page's text, and where it stands on the page. Offsets are in UTF-16 units, as in `slice`. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly box: Box;
}

/** Text that stands on the page and is no part of what the page says. */
export interface Removed {
  readonly text: string;
  readonly why: "header" | "footer" | "rotated";
  readonly box: Box;
}

export interface Page {
  /** From 1. */
  readonly page: number;
  readonly width: number;
  readonly height: number;
  /** In reading order: paragraphs on one line each, a blank line between them, rows of tables on lines of their own. */
  readonly text: string;
  /** In reading order, line by line as printed, nothing joined, nothing removed. */
  readonly raw: string;
  /** In the order of the text. Separators (spaces, newlines) belong to no span. */
  readonly spans: readonly Span[];
  readonly removed: readonly Removed[];
}

/** Why a file, or one page of it, could not be read. */
export type PdfFailure =
  | "missing" // no such file
  | "empty" // 0 bytes
  | "not-pdf" // something else under this name
  | "encrypted" // opens with a password only
  | "broken" // cut off or damaged
  | "no-text" // scanned: images of pages
  | "page" // one page is damaged; the others go on
  | "timeout" // took longer than allowed; its worker was killed
  | "crashed"; // took its worker down

/** What comes out of a file: its pages in order, then, where something went wrong, why. */
export type PdfRow = { readonly ok: true; readonly file: string; readonly page: Page } | PdfProblem;

export interface PdfProblem {
  readonly ok: false;
  readonly file: string;
  readonly code: PdfFailure;
  /** What happened, where, and what to do next. */
  readonly sentence: string;
  /** The one page that could not be read, from 1; absent where it is the file. */
  readonly pageNumber?: number;
}
