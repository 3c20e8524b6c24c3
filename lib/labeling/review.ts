/** What people look at and say: annotation, and the pages of a run. */
export * from "./annotate.ts";
