import type { Notebook } from "corrigenda/notebook";

interface Shown {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string | string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What each cell of an executed notebook shows, however it was cut into pieces on its way. */
export function shownBy({ cells }: Notebook): unknown[] {
  return cells.map(({ outputs, execution_count: count }) => {
    const texts: Record<string, string> = {};
    const others = ((outputs ?? []) as Shown[]).flatMap(({ name, text, data, ...rest }) => {
      if (name !== undefined) texts[name] = (texts[name] ?? "") + [text].flat().join("");
      const whole = Object.entries(data ?? {}).map(([mime, value]) => [
        mime,
        Array.isArray(value) ? value.join("") : value,
      ]);
      return name === undefined ? [{ ...rest, data: Object.fromEntries(whole) }] : [];
    });
    return { count: count ?? null, texts, others };
  });
}
