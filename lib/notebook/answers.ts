import { createExecutor, type Publish } from "./execute.ts";
import { createHistory, HistoryRequest } from "./history.ts";
import { CodeRequest, CommOpen, CursorRequest, cursorAt, cursorOffset, ExecuteRequest } from "./requests.ts";
import type { Session } from "./session.ts";
import { PROTOCOL } from "./speech.ts";
import type { Content } from "./wire.ts";

/** Answers a request with the content of its reply; with nothing where the protocol has none. */
export type Answer = (content: Content, publish: Publish) => Promise<Content | undefined> | Content | undefined;
/** By the request's type. */
export type Answers = Readonly<Record<string, Answer>>;

export const KERNEL_INFO: Content = {
  status: "ok",
  protocol_version: PROTOCOL,
  implementation: "corrigenda",
  implementation_version: "0.1.0",
  language_info: {
    name: "typescript",
    version: "5.9.3",
    mimetype: "text/x-typescript",
    file_extension: ".ts",
    pygments_lexer: "typescript",
    codemirror_mode: { name: "javascript", mode: "text/typescript", typescript: true },
    nbconvert_exporter: "script",
  },
  banner: "Corrigenda: TypeScript cells, type-checked, on Node",
  help_links: [],
};

/** Answers that cells and their types give, and the one to a cell that is passed over. */
export function cellAnswers(session: Pick<Session, "run" | "assist">): { answers: Answers; aborted: Answer } {
  const history = createHistory();
  const executor = createExecutor(session, history);
  const { assist } = session;
  const answers: Answers = {
    execute_request: (content, publish) => executor.execute(ExecuteRequest.parse(content), publish),
    is_complete_request: async (content) => ({ ...(await assist.isComplete(CodeRequest.parse(content).code)) }),
    complete_request: async (content) => {
      const request = CursorRequest.parse(content);
      const { matches, start, end } = await assist.complete(request.code, cursorOffset(request));
      const [cursor_start, cursor_end] = [cursorAt(request.code, start), cursorAt(request.code, end)];
      return { status: "ok", matches, cursor_start, cursor_end, metadata: {} };
    },
    inspect_request: async (content) => {
      const request = CursorRequest.parse(content);
      const text = await assist.inspect(request.code, cursorOffset(request));
      const found = text !== undefined;
      return { status: "ok", found, data: found ? { "text/plain": text } : {}, metadata: {} };
    },
    history_request: (content) => ({ status: "ok", history: history.answer(HistoryRequest.parse(content)) }),
    comm_info_request: () => ({ status: "ok", comms: {} }),
    // No target is known here: the protocol wants the comm closed at once.
    comm_open: (content, publish) => {
      publish("comm_close", { comm_id: CommOpen.parse(content).comm_id, data: {} });
      return undefined;
    },
  };
  return { answers, aborted: executor.aborted };
}
