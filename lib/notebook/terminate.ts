import type { Session } from "node:inspector";
import type { Worker } from "node:worker_threads";

/**
 * Makes a thread leave the JavaScript that it runs now, as if that had thrown what nothing catches; the thread and all
 * its values stay. A thread that waits leaves what it runs next: ask it first.
 */
export async function terminateExecution(thread: Worker): Promise<void> {
  const inspector = await import("node:inspector");
  const session = new inspector.Session();
  session.connect();
  try {
    const attached = attach(session, thread.threadId);
    await post(session, "NodeWorker.enable", { waitForDebuggerOnStart: false });
    const message = JSON.stringify({ id: 1, method: "Runtime.terminateExecution" });
    const told = new Promise((resolve) => session.once("NodeWorker.receivedMessageFromWorker", resolve));
    await post(session, "NodeWorker.sendMessageToWorker", { sessionId: await attached, message });
    await told;
  } finally {
    session.disconnect();
  }
}

interface Attached {
  readonly params: { readonly sessionId: string; readonly workerInfo: { readonly title: string } };
}

function attach(session: Session, threadId: number): Promise<string> {
  return new Promise((resolve) => {
    session.on("NodeWorker.attachedToWorker", ({ params }: Attached) => {
      // The inspector's own ids count the threads that are alive; the title has the thread's.
      if (params.workerInfo.title.startsWith(`[worker ${threadId}]`)) resolve(params.sessionId);
    });
  });
}

function post(session: Session, method: string, params: object): Promise<void> {
  return new Promise((resolve, reject) => {
    session.post(method, params, (error) => (error ? reject(error) : resolve()));
  });
}
