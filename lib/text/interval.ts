/** A number with the ends of its interval, null where none was computed. */
export interface Figure {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /** "share" is shown in per cent. */
  readonly unit: string;
}

/** "96.8 % [83.8, 99.4]" of a share, "0.11 [-0.23, 0.58]" of any other unit. */
export function intervalText({ value, low, high, unit }: Figure): string {
  const isPercent = unit === "share" || unit === "%";
  const factor = unit === "share" ? 100 : 1;
  const shown = (figure: number): string => (figure * factor).toFixed(isPercent ? 1 : 2);
  const interval = low === null || high === null ? "" : ` [${shown(low)}, ${shown(high)}]`;
  return `${shown(value)}${isPercent ? " %" : ""}${interval}`;
}
