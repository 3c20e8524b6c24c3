import { once } from "node:events";
import { request } from "node:http";
import net from "node:net";
import os from "node:os";
import { serveCompletions } from "corrigenda/bench";
import { memoryDisk } from "corrigenda/files";
import { Connection } from "corrigenda/notebook";
import { type OfflineService, startOfflineService } from "corrigenda/provider/offline";
import { realClock } from "corrigenda/time";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** Addresses of this machine that others may reach. */
const outward = Object.values(os.networkInterfaces())
  .flatMap((all) => all ?? [])
  .filter(({ internal, address }) => !internal && !address.startsWith("fe80"))
  .map(({ address }) => address);

function reaches(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: 2_000 });
    const end = (reached: boolean): void => {
      socket.destroy();
      resolve(reached);
    };
    socket
      .on("connect", () => end(true))
      .on("error", () => end(false))
      .on("timeout", () => end(false));
  });
}

describe("the offline service", () => {
  let service: OfflineService;
  let port = 0;
  beforeAll(async () => {
    service = await startOfflineService({ disk: memoryDisk(), clock: realClock, simulators: [] });
    port = Number(new URL(service.url).port);
  });
  afterAll(() => service.close());

  test("listens on 127.0.0.1 and on no other address of this machine", async () => {
    expect(new URL(service.url).hostname).toBe("127.0.0.1");
    expect(await reaches("127.0.0.1", port)).toBe(true);
    // Port taken on 127.0.0.1 alone: the same one is free everywhere else.
    for (const host of ["127.0.0.2", "::1", ...outward])
      expect([host, await reaches(host, port)]).toEqual([host, false]);
  });

  async function ask(host: string, path: string): Promise<number | undefined> {
    const asked = request({ host: "127.0.0.1", port, path, headers: { host, authorization: "Bearer x" } }).end();
    const [reply] = await once(asked, "response");
    reply.resume();
    return reply.statusCode;
  }

  test.each(["/v1/models", "/v1/batches", "/offline/state"])(
    "refuses %s to a page that has led its own name here",
    async (path) => {
      for (const host of [
        "evil.example",
        `evil.example:${port}`,
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
      ])
        expect([host, await ask(host, path)]).toEqual([host, 403]);
      for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, "LOCALHOST", `[::1]:${port}`])
        expect(await ask(host, path)).not.toBe(403);
    },
  );
});

describe("a kernel's connection", () => {
  const ports = { shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5 };
  const usual = {
    transport: "tcp",
    ip: "127.0.0.1",
    key: "0123456789abcdef",
    signature_scheme: "hmac-sha256",
    ...ports,
  };

  test("is bound to this machine, and its messages are signed", () => {
    expect(Connection.safeParse(usual).success).toBe(true);
    expect(Connection.safeParse({ ...usual, ip: "::1" }).success).toBe(true);
    for (const ip of ["0.0.0.0", "*", "::", "10.0.0.7", "eth0", "example.org", "127.0.0.1.evil.example"])
      expect([ip, Connection.safeParse({ ...usual, ip }).success]).toEqual([ip, false]);
    for (const wrong of [{ key: "" }, { key: "short" }, { signature_scheme: "hmac-md5" }, { signature_scheme: "" }])
      expect(Connection.safeParse({ ...usual, ...wrong }).success).toBe(false);
  });
});

test("nothing in lib or scripts listens without naming 127.0.0.1", async () => {
  const { nodeDisk, readText } = await import("corrigenda/files");
  const disk = nodeDisk(".");
  const listening: string[] = [];
  const look = async (folder: string): Promise<void> => {
    for (const name of await disk.list(folder)) {
      const path = `${folder}/${name.replace(/\/$/, "")}`;
      if (name === "node_modules/") continue;
      if (name.endsWith("/")) await look(path);
      else if (/\.m?[tj]s$/.test(name))
        for (const [call] of (await readText(disk, path)).matchAll(/\.listen\([^)]*\)?/g))
          if (!/^\.listen\((?:"(?:shell|control)"|0, "127\.0\.0\.1"|port, "127\.0\.0\.1"|channel)/.test(call))
            listening.push(`${path}: ${call}`);
    }
  };
  await look("lib");
  await look("scripts");
  expect(serveCompletions).toBeTypeOf("function");
  expect(listening).toEqual([]);
});
