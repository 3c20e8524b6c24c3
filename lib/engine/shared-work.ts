import { type Leases, openShared } from "corrigenda/store";

/** What other processes may work on, of a run ("<study>/<run>"). */
export interface SharedWork extends AsyncDisposable {
  /** Requests that wait in the shared store, or that a worker holds. */
  requests(run: string): Promise<number>;
  /** Takes back what no worker holds; how many requests stay with those who do. */
  withdraw(run: string): Promise<number>;
}

/** Looks into a shared store's queues, those of real runs and of offline ones. */
export async function openSharedWork(address: string): Promise<SharedWork> {
  const spaces = await Promise.all((["live", "offline"] as const).map((space) => openShared(address, space)));
  const each = async (run: string, deed: (leases: Leases) => Promise<unknown> = async () => 0): Promise<number> => {
    let requests = 0;
    for (const space of spaces) {
      for (const kind of ["calls", "batches"] as const) await deed(await space.leases(kind));
      requests += (await (await space.leases()).open(run)).requests; // of both kinds
    }
    return requests;
  };
  return {
    requests: (run) => each(run),
    withdraw: (run) => each(run, (leases) => leases.withdraw(run)),
    [Symbol.asyncDispose]: async () => {
      for (const space of spaces) await space.close();
    },
  };
}
