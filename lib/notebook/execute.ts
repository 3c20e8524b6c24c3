import type { History } from "./history.ts";
import type { Failure, Output } from "./output.ts";
import type { ExecuteRequest } from "./requests.ts";
import type { RunResult, Session } from "./session.ts";
import type { Content } from "./wire.ts";

/** Publishes a message that belongs to the request. */
export type Publish = (type: string, content: Content) => void;

/** Runs cells as clients ask for it. */
export interface Executor {
  /** The content of the reply. */
  execute(request: ExecuteRequest, publish: Publish): Promise<Content>;
  /** The content of the reply to a cell that is not run because one before it failed. */
  aborted(): Content;
}

export function createExecutor(session: Pick<Session, "run">, history: History): Executor {
  let count = 0;
  const run = async (request: ExecuteRequest, publish: Publish): Promise<RunResult> => {
    const { code, silent, store_history: store } = request;
    if (store && !silent) history.add(++count, code);
    if (silent) return session.run(code, () => undefined, { count });
    publish("execute_input", { code, execution_count: count });
    const on = (output: Output): void => {
      if (output.output_type === "execute_result" && store) history.result(String(output.data["text/plain"] ?? ""));
      const { output_type: type, ...content } = output;
      publish(type, type.endsWith("display_data") ? { transient: {}, ...content } : content);
    };
    return session.run(code, on, { count });
  };
  return {
    execute: async (request, publish) => {
      const result = await run(request, publish);
      if (result.status === "error") return { ...failed(result), execution_count: count };
      const user_expressions = await expressions(session, request.user_expressions ?? {}, count);
      return { status: "ok", execution_count: count, payload: [], user_expressions };
    },
    aborted: () => ({ status: "aborted", execution_count: count }),
  };
}

/** What each expression comes to, by its name. */
async function expressions(
  session: Pick<Session, "run">,
  asked: Readonly<Record<string, string>>,
  count: number,
): Promise<Content> {
  const found: Record<string, unknown> = {};
  for (const [name, code] of Object.entries(asked)) {
    let data: Content = {};
    const on = (output: Output): void => {
      if (output.output_type === "execute_result") data = output.data;
    };
    const result = await session.run(code, on, { count });
    found[name] = result.status === "ok" ? { status: "ok", data, metadata: {} } : failed(result);
  }
  return found;
}

function failed({ ename, evalue, traceback }: Failure): Content {
  return { status: "error", ename, evalue, traceback };
}
