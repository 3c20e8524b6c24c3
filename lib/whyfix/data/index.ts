/**
 * Learner errors as rows: readers for FCE, BEA-2019, Longman, M2 and prepared files, and the marker notation.
 *
 * @example
 * const pieces = parseMarked("I {+took+}[-made-] a photo."); // ["I ", { editor: "took", learner: "made" }, " a photo."]
 * writeMarked(pieces); // "I [-made-]{+took+} a photo."
 * sideOf(pieces, "editor"); // "I took a photo."
 * @module
 */
export { readBea2019 } from "./bea2019.ts";
export { readFce } from "./fce.ts";
export { readLongman } from "./longman.ts";
export { readM2 } from "./m2.ts";
export { type Edit, type Piece, parseMarked, type Side, sideOf, writeMarked } from "./marked.ts";
export { type Drops, prepare, rowsOnly, SAMPLING_SIZE, SEED, sampled } from "./prepare.ts";
export { readCsvRows, readJsonRows } from "./prepared.ts";
export { Reference, readReferences, withReferences } from "./references.ts";
export { DraftRow, ErrorType, Row, referenceOf } from "./row.ts";
export { type SampleSource, sampleSource } from "./sample-type.ts";
