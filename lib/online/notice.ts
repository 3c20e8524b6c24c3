import type { Usage } from "corrigenda/provider";

/** What may be watched while a run goes on: for a progress line, a log. */
export type OnlineNotice =
  /** `usage` is absent where the reply cannot be read. */
  | { readonly t: "kept"; readonly key: string; readonly usd: number; readonly usage: Usage | undefined }
  | { readonly t: "refused"; readonly key: string; readonly attempt: number; readonly status: number }
  | { readonly t: "lost"; readonly key: string; readonly attempt: number }
  /** No call goes out for so long. */
  | { readonly t: "pause"; readonly why: "throttled" | "outage"; readonly ms: number }
  /** How many calls may be in flight from now on. */
  | { readonly t: "concurrency"; readonly calls: number };
