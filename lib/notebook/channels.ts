import { addressOf, type Connection } from "./connection.ts";
import { decodeMessage, encodeMessage, type Message } from "./wire.ts";

/** The five sockets of a kernel. */
export interface Channels {
  /** Calls back for every request, as it comes in; ends when the channels are closed. */
  listen(channel: Asking, on: (request: Message) => void): Promise<void>;
  /** In the order of the calls. */
  reply(channel: Asking, message: Message): void;
  publish(message: Message): void;
  /** Closes when all that was sent is on its way. */
  close(): Promise<void>;
}

/** Where clients ask. */
export type Asking = "shell" | "control";

const LINGER_MS = 1_000;

/** Binds the sockets. The heartbeat echoes from the start. */
export async function openChannels(connection: Connection): Promise<Channels> {
  const { Publisher, Reply, Router } = await import("zeromq");
  const lasting = { linger: LINGER_MS };
  const sockets = {
    shell: new Router(lasting),
    control: new Router(lasting),
    // Nobody asks for input: a cell has none.
    stdin: new Router(lasting),
    // Without a limit: beyond one, outputs would be dropped.
    iopub: new Publisher({ ...lasting, sendHighWaterMark: 0 }),
    hb: new Reply({ linger: 0 }),
  };
  const { key } = connection;
  const names = Object.keys(sockets) as (keyof typeof sockets)[];
  await Promise.all(names.map((name) => sockets[name].bind(addressOf(connection, name))));
  void echo(sockets.hb);
  const sending = { shell: Promise.resolve(), control: Promise.resolve(), iopub: Promise.resolve() };
  const send = (channel: keyof typeof sending, message: Message): void => {
    const frames = encodeMessage(message, key);
    // A socket takes one message at a time; one that cannot be sent must not hold up the others.
    sending[channel] = sending[channel].then(() => sockets[channel].send(frames)).catch(() => undefined);
  };
  return {
    listen: async (channel, on) => {
      for await (const frames of sockets[channel]) {
        const request = decodeMessage(frames, key);
        if (request) on(request);
      }
    },
    reply: send,
    publish: (message) => send("iopub", message),
    close: async () => {
      await Promise.all(Object.values(sending));
      for (const name of names) sockets[name].close();
    },
  };
}

async function echo(socket: AsyncIterable<Buffer[]> & { send(frames: Buffer[]): Promise<void> }): Promise<void> {
  for await (const frames of socket) await socket.send(frames);
}
