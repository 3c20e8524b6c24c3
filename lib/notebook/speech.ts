import { randomUUID } from "node:crypto";
import type { Clock } from "corrigenda/time";
import type { Asking, Channels } from "./channels.ts";
import type { Publish } from "./execute.ts";
import type { Content, Header, Message } from "./wire.ts";

export const PROTOCOL = "5.3";

/** What a kernel says, with the heads that messages have. */
export interface Speech {
  /** @param parent the request that it is about; none for the kernel's own first word */
  about(parent: Header | Record<never, never>): Publish;
  reply(channel: Asking, request: Message, content: Content): void;
}

export function createSpeech(channels: Pick<Channels, "reply" | "publish">, clock: Pick<Clock, "now">): Speech {
  const session = randomUUID();
  const header = (msg_type: string): Header => {
    const date = new Date(clock.now()).toISOString();
    return { msg_id: randomUUID(), msg_type, session, username: "kernel", date, version: PROTOCOL };
  };
  return {
    about: (parent) => (type, content) => {
      channels.publish({ identities: [Buffer.from(type)], header: header(type), parent, content });
    },
    reply: (channel, { identities, header: parent }, content) => {
      const type = parent.msg_type.replace(/_request$/, "_reply");
      channels.reply(channel, { identities, header: header(type), parent, content });
    },
  };
}
