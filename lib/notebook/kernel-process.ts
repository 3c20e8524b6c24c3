import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import net, { type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { nodeDisk, readText } from "corrigenda/files";
import type { Clock } from "corrigenda/time";
import { addressOf, type Connection } from "./connection.ts";
import { absoluteSpec, type KERNELS, KernelSpec } from "./kernelspec.ts";
import { PROTOCOL } from "./speech.ts";
import { type Content, decodeMessage, encodeMessage, type Message } from "./wire.ts";

/** A kernel in a process of its own, as Jupyter starts it. */
export interface KernelProcess extends AsyncDisposable {
  /** Runs a cell until the kernel is idle again; rejects where the cell fails. */
  execute(code: string): Promise<void>;
}

const ASK_AGAIN_MS = 20;

/** Starts one of the repository's kernels; settles when it answers, and what it publishes is heard. */
export async function startKernelProcess(
  name: (typeof KERNELS)[number],
  place: { readonly root: string; readonly folder: string; readonly clock: Clock },
): Promise<KernelProcess> {
  const temporary = nodeDisk(path.join(os.tmpdir(), `corrigenda-${randomUUID()}`));
  const connection = await freeConnection();
  await temporary.write("connection.json", JSON.stringify(connection));
  const [program = "", ...words] = await commandOf(name, place.root, temporary.resolve("connection.json"));
  const child = spawn(program, words, { cwd: place.folder, stdio: "ignore" });
  const client = await connectTo(connection, place.clock);
  return {
    execute: async (code) => {
      const { status, evalue } = await client.ask("execute_request", { ...EXECUTE, code });
      if (status !== "ok") throw new Error(`${name} could not run a cell: ${evalue}`);
    },
    [Symbol.asyncDispose]: async () => {
      client.close();
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      await temporary.remove(".");
    },
  };
}

const EXECUTE = { silent: false, store_history: true, user_expressions: {}, allow_stdin: false, stop_on_error: true };

async function commandOf(name: string, root: string, connectionFile: string): Promise<readonly string[]> {
  const folder = path.join(root, "lib/notebook/jupyter/kernels", name);
  const spec = KernelSpec.parse(JSON.parse(await readText(nodeDisk(folder), "kernel.json")));
  const { argv } = absoluteSpec(spec, folder, process.execPath);
  return argv.map((word) => (word === "{connection_file}" ? connectionFile : word));
}

/** Ports that were free a moment ago, as Jupyter chooses them. */
async function freeConnection(): Promise<Connection> {
  const servers = Array.from({ length: 5 }, () => net.createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const [shell_port = 0, control_port = 0, iopub_port = 0, stdin_port = 0, hb_port = 0] = servers.map(
    (server) => (server.address() as AddressInfo).port,
  );
  for (const server of servers) server.close();
  const ports = { shell_port, control_port, iopub_port, stdin_port, hb_port };
  return { transport: "tcp", ip: "127.0.0.1", ...ports, key: randomUUID(), signature_scheme: "hmac-sha256" };
}

interface Client {
  /** The content of the reply, when the kernel is idle again. */
  ask(type: string, content: Content): Promise<Content>;
  close(): void;
}

async function connectTo(connection: Connection, clock: Clock): Promise<Client> {
  const { Dealer, Subscriber } = await import("zeromq");
  const shell = new Dealer({ linger: 0, reconnectInterval: ASK_AGAIN_MS });
  const iopub = new Subscriber({ linger: 0, reconnectInterval: ASK_AGAIN_MS });
  shell.connect(addressOf(connection, "shell"));
  iopub.connect(addressOf(connection, "iopub"));
  iopub.subscribe();
  const heard = new Map<string, (content: Content) => void>();
  const listen = async (socket: AsyncIterable<Buffer[]>, on: (message: Message, about: string) => void) => {
    for await (const frames of socket) {
      const message = decodeMessage(frames, connection.key);
      if (message && "msg_id" in message.parent) on(message, message.parent.msg_id);
    }
  };
  void listen(shell, ({ content }, about) => heard.get(`reply ${about}`)?.(content));
  void listen(iopub, ({ content }, about) => heard.get(`${content.execution_state} ${about}`)?.(content));
  const send = async (
    msg_type: string,
    content: Content,
  ): Promise<{ reply: Promise<Content>; idle: Promise<Content> }> => {
    const msg_id = randomUUID();
    const header = {
      msg_id,
      msg_type,
      session: "",
      username: "",
      date: new Date(clock.now()).toISOString(),
      version: PROTOCOL,
    };
    const hear = (what: string) => new Promise<Content>((resolve) => heard.set(`${what} ${msg_id}`, resolve));
    const answer = { reply: hear("reply"), idle: hear("idle") };
    await shell.send(encodeMessage({ identities: [], header, parent: {}, content }, connection.key));
    return answer;
  };
  await (await send("kernel_info_request", {})).reply;
  // What is published is heard only some time after the subscription.
  for (let subscribed = false; !subscribed; ) {
    const { idle } = await send("kernel_info_request", {});
    subscribed = await Promise.race([idle.then(() => true), clock.sleep(ASK_AGAIN_MS).then(() => false)]);
  }
  return {
    ask: async (type, content) => {
      const { reply, idle } = await send(type, content);
      await idle;
      return reply;
    },
    close: () => {
      shell.close();
      iopub.close();
    },
  };
}
