/** What people look at and say: annotation, and the pages of a run. */
export * from "./annotate.ts";
export { highlight } from "./highlight.ts";
export { madeUpPaper } from "./made-up.ts";
export { type PageKit, type PaperPlace, paperPage } from "./paper-page.ts";
export { type PaperParts, paperParts } from "./paper-parts.ts";
export * from "./run-report.ts";
