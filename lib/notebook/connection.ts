import { z } from "zod";

const port = z.number().int().min(1).max(65_535);

const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|::1|\[::1\])$/;

/** A connection file, as Jupyter writes it for a kernel that it starts. */
export const Connection = z
  .object({
    transport: z.enum(["tcp", "ipc"]),
    ip: z.string().min(1),
    shell_port: port,
    control_port: port,
    iopub_port: port,
    stdin_port: port,
    hb_port: port,
    key: z.string(),
    signature_scheme: z.literal("hmac-sha256"),
  })
  // Whoever reaches the sockets runs code here.
  .refine(({ transport, ip }) => transport === "ipc" || LOOPBACK.test(ip), {
    path: ["ip"],
    error: "a kernel is bound to this machine only: 127.0.0.1 or ::1",
  })
  .refine(({ key }) => key.length >= 16, {
    path: ["key"],
    error: "messages have to be signed: at least 16 characters",
  });
export type Connection = z.infer<typeof Connection>;

type Channel = "shell" | "control" | "iopub" | "stdin" | "hb";

/** Where a channel's socket is bound. */
export function addressOf({ transport, ip, ...ports }: Connection, channel: Channel): string {
  return `${transport}://${ip}${transport === "ipc" ? "-" : ":"}${ports[`${channel}_port`]}`;
}
