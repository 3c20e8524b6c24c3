const RECORDS =
  /(^|\/)\.|(^|\/)(config|manifest|timing|standing)\.json$|(journal|log|ledger|keys)\.jsonl$|(^|\/)(requests|exchanges)\/|methods\.md$/;
/** The source's files of jobs hold the service's own ids and times; a figure's PDF the time at which it was made. */
const STAMPED =
  /(batchJobObjects|openaiFileObjects|batchResult)\.jsonl$|_batches\.txt$|results-batch_[^/]*$|(^|\/)figures\/[^/]*\.pdf$/;
/** selfcorrect measures how fast its traces came, and says so here. */
const MEASURED = /^selfcorrect\/[^/]+\/(report\.html|tables\/(claims|cost)\.)/;

/** Files that record what happened (times, ids, who paid) and so differ from run to run. @param path below results/ */
export function isRecord(path: string): boolean {
  return RECORDS.test(path) || STAMPED.test(path) || MEASURED.test(path);
}
