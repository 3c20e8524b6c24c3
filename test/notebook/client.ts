import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import net from "node:net";
import type { Connection } from "corrigenda/notebook";
import { Dealer, Request, Subscriber } from "zeromq";
import { addressOf } from "../../lib/notebook/connection.ts";
import { type Content, decodeMessage, encodeMessage, type Message } from "../../lib/notebook/wire.ts";

/** A Jupyter client for tests. */
export interface TestClient extends AsyncDisposable {
  /** Sends a request, and returns at once. */
  ask(type: string, content?: Content, channel?: "shell" | "control"): Asked;
  /** What the heartbeat echoes. */
  beat(text: string): Promise<string>;
}

export interface Asked {
  readonly id: string;
  /** The content of the reply. */
  readonly reply: Promise<Content>;
  /** What was published about it, up to "idle": [type, content]. */
  readonly published: Promise<readonly (readonly [string, Content])[]>;
  /** Settles when a stream has said a text. */
  says(text: string): Promise<void>;
}

/** Ports that were free a moment ago. */
export async function freeConnection(key: string): Promise<Connection> {
  const servers = await Promise.all(Array.from({ length: 5 }, () => listening()));
  const [shell_port = 0, control_port = 0, iopub_port = 0, stdin_port = 0, hb_port = 0] = servers.map(
    (server) => (server.address() as AddressInfo).port,
  );
  for (const server of servers) server.close();
  const ports = { shell_port, control_port, iopub_port, stdin_port, hb_port };
  return { transport: "tcp", ip: "127.0.0.1", ...ports, key, signature_scheme: "hmac-sha256" };
}

/** Connects, and waits until what the kernel publishes is heard. */
export async function connect(connection: Connection): Promise<TestClient> {
  const sockets = { shell: new Dealer(), control: new Dealer(), hb: new Request() };
  const iopub = new Subscriber();
  iopub.subscribe();
  iopub.connect(addressOf(connection, "iopub"));
  for (const name of ["shell", "control", "hb"] as const) sockets[name].connect(addressOf(connection, name));
  const replies = new Map<string, (content: Content) => void>();
  const heard: Message[] = [];
  const waiting = new Set<() => void>();
  const listen = async (from: AsyncIterable<Buffer[]>, on: (message: Message) => void): Promise<void> => {
    for await (const frames of from) {
      const message = decodeMessage(frames, connection.key);
      if (message) on(message);
    }
  };
  const ofParent = (message: Message): string => ("msg_id" in message.parent ? message.parent.msg_id : "");
  for (const name of ["shell", "control"] as const)
    void listen(sockets[name], (message) => replies.get(ofParent(message))?.(message.content));
  void listen(iopub, (message) => {
    heard.push(message);
    for (const check of waiting) check();
  });
  const until = <T>(find: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const check = (): void => {
        const found = find();
        if (found === undefined) return;
        waiting.delete(check);
        resolve(found);
      };
      waiting.add(check);
      check();
    });
  const ask: TestClient["ask"] = (type, content = {}, channel = "shell") => {
    const id = randomUUID();
    const header = {
      msg_id: id,
      msg_type: type,
      session: "t",
      username: "t",
      date: "2026-11-21T12:00:00Z",
      version: "5.3",
    };
    const { promise: reply, resolve } = Promise.withResolvers<Content>();
    replies.set(id, resolve);
    void sockets[channel].send(encodeMessage({ identities: [], header, parent: {}, content }, connection.key));
    const about = (): readonly (readonly [string, Content])[] =>
      heard.filter((one) => ofParent(one) === id).map((one) => [one.header.msg_type, one.content] as const);
    return {
      id,
      reply,
      published: until(() =>
        about().some(([, { execution_state }]) => execution_state === "idle") ? about() : undefined,
      ),
      says: (text) =>
        until(() => (about().some(([, one]) => String(one.text).includes(text)) ? true : undefined)).then(
          () => undefined,
        ),
    };
  };
  // A subscription takes a moment to arrive; until then nothing that is published is heard.
  while (heard.length === 0) await ask("kernel_info_request").reply;
  return {
    ask,
    beat: async (text) => {
      await sockets.hb.send(text);
      return (await sockets.hb.receive()).toString();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of [...Object.values(sockets), iopub]) {
        socket.linger = 0;
        socket.close();
      }
    },
  };
}

function listening(): Promise<net.Server> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}
