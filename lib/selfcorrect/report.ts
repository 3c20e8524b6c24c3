export { type SelfcorrectReportInput, selfcorrectReport, TracesConfig } from "./report-page.ts";
export { type RegretLine, regretLines, runArms } from "./report-regret.ts";
export { fateOf, type ShownTrace, tracePicker } from "./report-traces.ts";
