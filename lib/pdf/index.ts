/**
 * PDFs as clean text in reading order, page by page, with the place of every word.
 *
 * @example
 * const spans = [{ start: 0, end: 9, box: { x: 72, y: 100, width: 45, height: 10 } }];
 * locate({ text: "ten words", spans }, 0, 9); // [{ x: 72, y: 100, width: 45, height: 10 }]
 * @module
 */
export { locate } from "./locate.ts";
export { readPdf } from "./read.ts";
export { type ReadPdfsOptions, readPdfs } from "./read-many.ts";
export type { Box, Page, PdfFailure, PdfProblem, PdfRow, Removed, Span } from "./types.ts";
