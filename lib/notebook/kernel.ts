import type { Clock } from "corrigenda/time";
import { type Answer, type Answers, cellAnswers, KERNEL_INFO } from "./answers.ts";
import { type Asking, openChannels } from "./channels.ts";
import type { Connection } from "./connection.ts";
import { createQueue } from "./queue.ts";
import { ExecuteRequest, ShutdownRequest } from "./requests.ts";
import { openSession, type SessionOptions } from "./session.ts";
import { createSpeech, type Speech } from "./speech.ts";
import type { Content, Message } from "./wire.ts";

export interface KernelOptions extends SessionOptions {
  readonly connection: Connection;
  readonly clock: Pick<Clock, "now">;
}

/** A kernel that serves its clients. */
export interface Kernel {
  /** As an interrupt_request: stops the cell that runs. */
  interrupt(): Promise<void>;
  /** Settles when everything is closed: after a shutdown_request, or when the cells' thread ended. */
  readonly ended: Promise<void>;
}

/** Binds the sockets of a connection file and serves a session's cells on them. */
export async function startKernel({ connection, clock, ...place }: KernelOptions): Promise<Kernel> {
  const [channels, session] = await Promise.all([openChannels(connection), openSession(place)]);
  const speech = createSpeech(channels, clock);
  const ended = Promise.withResolvers<void>();
  const always: Answers = {
    kernel_info_request: () => KERNEL_INFO,
    interrupt_request: () => session.interrupt().then(() => ({ status: "ok" })),
    shutdown_request: (content) => {
      setImmediate(ended.resolve);
      return { status: "ok", ...ShutdownRequest.parse(content) };
    },
  };
  const cells = cellAnswers(session);
  const onShell = { ...always, ...cells.answers };
  const queue = createQueue<Message>({
    answer: async (request) => stops(request, await answer(request, "shell", onShell[request.header.msg_type], speech)),
    depends: isCell,
    passOver: async (request) => {
      await answer(request, "shell", cells.aborted, speech);
    },
  });
  void channels.listen("shell", queue.add);
  void channels.listen("control", (request) => {
    void answer(request, "control", always[request.header.msg_type], speech);
  });
  void session.ended.then(queue.idle).then(ended.resolve);
  speech.about({})("status", { execution_state: "starting" });
  return {
    interrupt: session.interrupt,
    ended: ended.promise.then(async () => {
      await session.close();
      await channels.close();
    }),
  };
}

/** Busy, the answer, idle. A request that nobody knows is passed by in silence, as the protocol wants it. */
async function answer(
  request: Message,
  channel: Asking,
  how: Answer | undefined,
  speech: Speech,
): Promise<Content | undefined> {
  const publish = speech.about(request.header);
  publish("status", { execution_state: "busy" });
  const content = how && (await attempt(() => how(request.content, publish)));
  if (content) speech.reply(channel, request, content);
  publish("status", { execution_state: "idle" });
  return content;
}

async function attempt(work: () => Promise<Content | undefined> | Content | undefined): Promise<Content | undefined> {
  try {
    return await work();
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
    return { status: "error", ename: name, evalue: message, traceback: [`${name}: ${message}`] };
  }
}

function isCell({ header }: Message): boolean {
  return header.msg_type === "execute_request";
}

/** A cell that failed stops the ones that wait behind it, unless its client wants them all. */
function stops(request: Message, reply: Content | undefined): boolean {
  return (
    isCell(request) &&
    reply?.status === "error" &&
    ExecuteRequest.safeParse(request.content).data?.stop_on_error !== false
  );
}
