import { z } from "zod";

/** Requests as clients send them; what they leave out has the protocol's default. */
export const ExecuteRequest = z.object({
  code: z.string(),
  silent: z.boolean().default(false),
  store_history: z.boolean().default(true),
  user_expressions: z.record(z.string(), z.string()).nullish(),
  stop_on_error: z.boolean().default(true),
});
export type ExecuteRequest = z.infer<typeof ExecuteRequest>;

/** The cursor counts Unicode characters; without one it stands at the end. */
export const CursorRequest = z.object({ code: z.string(), cursor_pos: z.number().int().nonnegative().nullish() });

export const CodeRequest = z.object({ code: z.string() });

export const ShutdownRequest = z.object({ restart: z.boolean().default(false) });

/** Where a cursor stands, in UTF-16 units. */
export function cursorOffset({ code, cursor_pos }: z.infer<typeof CursorRequest>): number {
  if (cursor_pos === null || cursor_pos === undefined) return code.length;
  return [...code].slice(0, cursor_pos).join("").length;
}

/** The cursor at an offset in UTF-16 units. */
export function cursorAt(code: string, offset: number): number {
  return [...code.slice(0, offset)].length;
}

export const CommOpen = z.object({ comm_id: z.string() });
