import { StudyError } from "corrigenda/error";

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A run's DATE, MMDD-HHMM, as given; throws StudyError "config" where it is not one. */
export function checkDate(date: string): string {
  const parts = /^(\d\d)(\d\d)-(\d\d)(\d\d)$/.exec(date)?.slice(1).map(Number);
  if (parts !== undefined) {
    const [month, day, hour, minute] = parts as [number, number, number, number];
    if (day >= 1 && day <= (DAYS[month - 1] ?? 0) && hour < 24 && minute < 60) return date;
  }
  throw new StudyError(
    "config",
    `DATE "${date}" is not MMDD-HHMM; give month, day, hour and minute, such as 0622-1458`,
  );
}
