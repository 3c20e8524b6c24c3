/**
 * Takes the rows of one name after the other, where rows come in the order of the names: no more is held than the rows
 * that are taken, and one ahead.
 */
export function takeInTurn<T>(rows: AsyncIterable<T>, nameOf: (row: T) => string): (name: string) => Promise<T[]> {
  const rest = rows[Symbol.asyncIterator]();
  let ahead: T | undefined;
  return async (name) => {
    const own: T[] = [];
    for (;;) {
      ahead ??= ((await rest.next()) as { value: T | undefined }).value;
      if (ahead === undefined || nameOf(ahead) !== name) return own;
      own.push(ahead);
      ahead = undefined;
    }
  };
}

export function documentOf({ document }: { readonly document: string }): string {
  return document;
}
