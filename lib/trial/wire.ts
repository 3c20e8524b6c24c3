import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A wire to a port of this machine that can be cut. */
export interface Wire extends AsyncDisposable {
  readonly port: number;
  /** From now on nothing comes through, and nobody is told: as when a cable is pulled. */
  cut(): void;
  /** What was open ends, what is opened from now on goes through. */
  heal(): void;
}

/** Starts a wire on a free loopback port. */
export async function startWire(target: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("close", () => sockets.delete(socket));
  };
  const end = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    keep(near);
    if (isCut) return; // taken by the system, and never answered
    const far = connect(target, "127.0.0.1");
    keep(far);
    near.pipe(far).pipe(near);
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    cut: () => {
      isCut = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    heal: () => {
      isCut = false;
      end();
    },
    [Symbol.asyncDispose]: async () => {
      end();
      server.close();
      await once(server, "close");
    },
  };
}
