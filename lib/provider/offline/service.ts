import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { StudyError } from "corrigenda/error";
import type { Disk } from "corrigenda/files";
import type { Simulator } from "corrigenda/provider";
import type { Clock } from "corrigenda/time";
import { batchesRoutes } from "./batches-routes.ts";
import { BILL_LOG, readBill } from "./bill.ts";
import { blobRoutes } from "./blob-routes.ts";
import type { Context } from "./context.ts";
import { deploymentRoutes } from "./deployment-routes.ts";
import { type FaultPlan, faultsOf, noFaults } from "./faults.ts";
import { filesRoutes } from "./files-routes.ts";
import type { Routes } from "./http.ts";
import { defaultPace, type Pace } from "./life.ts";
import { durableLog } from "./log.ts";
import { messagesRoutes } from "./messages-routes.ts";
import { type RateLimits, rateMeter } from "./meter.ts";
import { modelsRoutes } from "./models-routes.ts";
import { onlineRoutes } from "./online-routes.ts";
import { batchRunner, type Runner } from "./runner.ts";
import { type HttpSide, httpSide } from "./server.ts";
import { openState } from "./state.ts";
import { tuningRoutes } from "./tuning-routes.ts";

export interface OfflineOptions {
  /** Rooted at the state folder, e.g. results/.offline. */
  readonly disk: Disk;
  readonly clock: Clock;
  /** The first that returns a text answers. */
  readonly simulators: readonly Simulator[];
  /** 0 (default) takes a free one. */
  readonly port?: number;
  readonly faults?: FaultPlan;
  readonly pace?: Pace;
  readonly limits?: Partial<RateLimits> & {
    /** Input tokens that the open batches of one model may hold together. Default: no limit. */
    readonly enqueuedTokens?: number;
  };
}

export interface OfflineService {
  /** http://127.0.0.1:<port>; OpenAI's base is `${url}/v1`, Azure's endpoint and Anthropic's base are `url`. */
  readonly url: string;
  close(): Promise<void>;
}

const AMPLE: RateLimits = { rpm: 10_000_000, tpm: 10_000_000_000 };

/**
 * Starts the service on loopback, one per state folder (StudyError "locked" otherwise). Whatever it acknowledged
 * survives a kill: the next service over the same folder goes on with it.
 */
export async function startOfflineService(options: OfflineOptions): Promise<OfflineService> {
  const { disk, clock, simulators, port = 0, pace = defaultPace, limits = {} } = options;
  const lock = await disk.lock("service.lock");
  const closing = new AbortController();
  try {
    await removeDrafts(disk);
    const faults = faultsOf(options.faults ?? noFaults);
    const state = await openState(disk, (event) => {
      if (event.type === "ended" && faults.on) faults.afflict(event.struck);
    });
    const bill = durableLog(await disk.append(BILL_LOG));
    const meter = rateMeter(clock, { ...AMPLE, ...limits });
    const enqueuedTokens = limits.enqueuedTokens ?? Number.POSITIVE_INFINITY;
    const context: Context = {
      ...{ disk, clock, simulators, pace, faults, state, bill, meter, enqueuedTokens, health: {} },
      closing: closing.signal,
    };
    const runner = batchRunner(context);
    const http = httpSide(context, routesOf(context, runner));
    const url = await listen(http.server, port);
    for (const batch of state.batches.values()) if (!batch.ended) runner.start(batch);
    return { url, close: () => stop(context, runner, http, () => closing.abort()).finally(() => lock.release()) };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function routesOf(context: Context, runner: Runner): Routes {
  return {
    ...onlineRoutes(context),
    ...filesRoutes(context),
    ...batchesRoutes(context, runner),
    ...messagesRoutes(context, runner),
    ...modelsRoutes(),
    ...tuningRoutes(context),
    ...blobRoutes(context),
    ...deploymentRoutes(context),
    "GET /offline/bill": { act: () => ({ status: 200, stream: billBytes(context.disk) }) },
  };
}

async function* billBytes(disk: Disk): AsyncGenerator<Uint8Array> {
  for await (const line of readBill(disk)) yield Buffer.from(`${JSON.stringify(line)}\n`);
}

async function stop(context: Context, runner: Runner, http: HttpSide, abort: () => void): Promise<void> {
  abort();
  const closed = new Promise((resolve) => http.server.close(resolve));
  http.server.closeAllConnections();
  await closed;
  await http.idle();
  await runner.settled();
  await context.bill.close();
  await context.state.close();
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new StudyError("config", `port ${port} cannot be used; name another or 0 for a free one`, { cause })),
    );
    server.listen(port, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

/** Files that a killed service was still writing. */
async function removeDrafts(disk: Disk): Promise<void> {
  for (const name of await disk.list("")) if (name.startsWith(".draft-")) await disk.remove(name);
}
