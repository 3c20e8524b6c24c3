import { isRefusal, type Refusal, refuse } from "./wire.ts";

export interface Page<T> {
  readonly data: readonly T[];
  readonly has_more: boolean;
  readonly first_id: string | null;
  readonly last_id: string | null;
}

/** The items after (or, with before_id, before) a cursor. @param items in the order they are listed */
export function pageOf<T extends { readonly id: string }>(
  items: readonly T[],
  query: URLSearchParams,
  limits: { readonly usual: number; readonly most: number },
): Page<T> | Refusal {
  const limit = Number(query.get("limit") ?? limits.usual);
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.most) {
    return refuse(`Invalid 'limit': expected an integer from 1 to ${limits.most}.`, "limit", "invalid_value");
  }
  const after = indexOf(items, query.get("after") ?? query.get("after_id"));
  const before = indexOf(items, query.get("before_id"));
  if (typeof after === "object") return after;
  if (typeof before === "object") return before;
  const from = before === undefined ? (after ?? -1) + 1 : Math.max(0, before - limit);
  const to = before ?? Math.min(items.length, from + limit);
  const data = items.slice(from, to);
  const has_more = before === undefined ? to < items.length : from > 0;
  return { data, has_more, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}

function indexOf(items: readonly { readonly id: string }[], cursor: string | null): number | undefined | Refusal {
  if (cursor === null) return undefined;
  const index = items.findIndex((item) => item.id === cursor);
  return index >= 0 ? index : refuse(`No object with id '${cursor}' to page from.`, "after", "invalid_cursor");
}

/** A page with its items shown by `view`, or the refusal. */
export function shown<T>(page: Page<T> | Refusal, view: (item: T) => object): object | Refusal {
  return isRefusal(page) ? page : { ...page, object: "list", data: page.data.map(view) };
}
