import { isStudyError } from "corrigenda/error";
import { type Disk, type MemoryDisk, memoryDisk, readText } from "corrigenda/files";
import { keyedRng, type Rng } from "corrigenda/rng";
import { type Clock, type VirtualClock, virtualClock } from "corrigenda/time";
import { calmFate, type Fate, Mortal } from "./mortal.ts";
import type { Planted, Schedule } from "./schedule.ts";
import { spoilIndex, tornTail } from "./spoil.ts";
import { isGarbled, keyOf, TOY_ESTIMATE_USD, TOY_USD } from "./toy.ts";
import { liveOnce, tableOf } from "./toy-client.ts";
import { readLedger } from "./toy-ledger.ts";
import { noToyFaults, ToyService } from "./toy-service.ts";

/**
 * What a schedule broke: a paid reply or a row is lost; a kept reply is asked for again, or paid twice without having been
 * in flight; a batch or a paid call is in no journal; or it ends otherwise than it should.
 */
export interface Problem {
  readonly kind: "lost" | "repeated" | "leaked" | "wrong";
  readonly text: string;
}

export interface Simulated {
  /** Empty where all is well. */
  readonly problems: readonly Problem[];
  readonly lives: number;
  readonly steps: number;
  /** Requests. */
  readonly billed: number;
  /** Ends of lives: killed, by a power cut, with an error of the program. */
  readonly kills: number;
  readonly powerCuts: number;
  readonly failures: number;
}

export interface SimulateOptions {
  readonly planted?: Planted | undefined;
  readonly trace?: ((line: string) => void) | undefined;
}

const START = Date.UTC(2026, 0, 1);
/** Lives that nothing of the schedule troubles, the last half with a service without faults: then a run has to be done. */
const CALM_LIVES = 12;
/** Clock time of all lives together: clocks that jump by a day must not stop anything for ever. */
const LONGEST_MS = 60 * 86_400_000;

/** Runs a schedule in memory to its end, and compares what is left with the service's bill and with an undisturbed run. */
export async function simulate(schedule: Schedule, options: SimulateOptions = {}): Promise<Simulated> {
  const world = new World(schedule, options);
  await world.run();
  return world.audit();
}

const tables = new Map<string, string>();

/** The tables of the same rows where nothing goes wrong. */
async function undisturbed(schedule: Schedule): Promise<string> {
  const { stages, rows, limitRequests } = schedule;
  const same = JSON.stringify([stages, rows, limitRequests]);
  const known = tables.get(same);
  if (known !== undefined) return known;
  const calm = { ...schedule, faults: noToyFaults, fates: [], spoil: 0, again: false };
  const world = new World(calm, {});
  await world.run();
  const table = await world.tables();
  if (tables.size > 1_000) tables.clear();
  tables.set(same, table);
  return table;
}

class World {
  readonly #schedule: Schedule;
  readonly #options: SimulateOptions;
  readonly #disk: MemoryDisk = memoryDisk();
  readonly #clock: VirtualClock = virtualClock(START);
  readonly #rng: Rng;
  readonly #service: ToyService;
  readonly #kept = new Set<string>();
  readonly #problems: Problem[] = [];
  readonly #sum = { lives: 0, steps: 0, kills: 0, powerCuts: 0, failures: 0 };
  /** Calls that a life's end can have left in flight. */
  #cutOff = 0;

  constructor(schedule: Schedule, options: SimulateOptions) {
    this.#schedule = schedule;
    this.#options = options;
    this.#rng = keyedRng(schedule.seed, "world");
    this.#service = new ToyService(keyedRng(schedule.seed, "service"), schedule.faults, this.#clock.now);
  }

  /** Life after life until the run is done. */
  async run(): Promise<void> {
    for (const fate of this.#schedule.fates) await this.#life(fate);
    for (let life = 0; life < CALM_LIVES; life++) {
      if (life === CALM_LIVES / 2) this.#service.faults = noToyFaults;
      if (!(await this.#life(calmFate))) continue;
      if (this.#clock.now() - START > LONGEST_MS) this.#found("wrong", "the run took more than 60 days");
      return;
    }
    this.#found("wrong", `not done after ${this.#sum.lives} lives`);
  }

  async audit(): Promise<Simulated> {
    if (this.#problems.length === 0) {
      await this.#auditBill();
      if ((await this.tables()) !== (await undisturbed(this.#schedule))) this.#found("lost", "the tables differ");
      if (this.#schedule.again) await this.#askAgain();
    }
    const { batchBill, onlineBill } = this.#service;
    const billed = sum([...batchBill.values()].map(({ length }) => length)) + sum([...onlineBill.values()]);
    return { ...this.#sum, problems: this.#problems, billed };
  }

  async tables(): Promise<string> {
    const texts = this.#schedule.stages.map((_, stage) => readText(this.#disk, tableOf(stage)));
    return (await Promise.all(texts)).join("--\n");
  }

  #found(kind: Problem["kind"], text: string): void {
    this.#problems.push({ kind, text });
  }

  /** One process from its start to its end. True where it came to the end of its work. */
  async #life(fate: Fate): Promise<boolean> {
    const { schedule, planted, trace } = { schedule: this.#schedule, ...this.#options };
    trace?.(`life ${this.#sum.lives + 1}`);
    const mortal = new Mortal(fate, keyedRng(schedule.seed, "life", this.#sum.lives++), trace);
    const clock: Clock = { now: () => this.#clock.now() + mortal.skewMs, sleep: this.#clock.sleep };
    const disk = mortal.disk(this.#disk);
    const client = {
      ...{ schedule, mortal, service: this.#service, clock, planted },
      disk: planted === "no-fsync" ? unsynced(disk) : disk,
      kept: (key: string) => this.#kept.add(key),
      asked: (key: string) => {
        if (this.#kept.has(key)) this.#found("repeated", `${key.slice(0, 8)} was kept and is asked again`);
      },
    };
    const error = await this.#clock.run(
      liveOnce(client).then(
        () => undefined,
        (thrown: unknown) => ({ thrown }),
      ),
    );
    this.#sum.steps += mortal.steps;
    if (error) await this.#afterwards(mortal, fate, error.thrown);
    return !error;
  }

  /** What the end of a life leaves on the disk. */
  async #afterwards(mortal: Mortal, fate: Fate, error: unknown): Promise<void> {
    const { schedule, trace } = { schedule: this.#schedule, ...this.#options };
    this.#cutOff += schedule.concurrency;
    if (mortal.isDead) this.#sum[fate.end === "kill" ? "kills" : "powerCuts"]++;
    else {
      this.#sum.failures++;
      trace?.(`ended: ${(error as Error).message}`);
      if (!isStudyError(error) || error.message.includes("\n"))
        this.#found("wrong", `no clear error: ${stackOf(error)}`);
    }
    if (mortal.isDead && fate.end === "power") this.#disk.crash(tornTail(this.#rng));
    else this.#disk.kill();
    if (this.#rng.next() >= schedule.spoil) return;
    const spoilt = await spoilIndex(this.#disk, this.#rng);
    if (spoilt !== undefined) trace?.(spoilt);
  }

  /** Everything that the service billed is in the ledger, once, or among the calls of unknown fate. */
  async #auditBill(): Promise<void> {
    const { schedule, service } = { schedule: this.#schedule, service: this.#service };
    const ledger = await readLedger(this.#disk, schedule, this.#clock);
    let due = 0;
    for (const n of new Set(schedule.rows.map((row) => row.n))) {
      const key = keyOf(n);
      const paid = ledger.paid.get(key) ?? [];
      const online = paid.filter((via) => via === "online").length;
      const bill = { batches: service.batchBill.get(key) ?? [], calls: service.onlineBill.get(key) ?? 0 };
      this.#auditRow(`row_${n}`, { paid, online, unknown: ledger.unknown.get(key) ?? 0, ...bill });
      if (paid.length > 0) due += isGarbled(n) ? (online > 0 ? TOY_ESTIMATE_USD : 0) : TOY_USD;
    }
    if (ledger.usd !== due) this.#found("wrong", `the ledger says $${ledger.usd}, the bill $${due}`);
    const unknown = sum([...ledger.unknown.values()]);
    if (unknown > this.#cutOff + service.lostAnswers)
      this.#found("leaked", `${unknown} calls of unknown fate are too many`);
    for (const id of service.batchIds) if (!ledger.batches.has(id)) this.#found("leaked", `${id} is in no journal`);
  }

  #auditRow(name: string, { paid, online, unknown, batches, calls }: RowAudit): void {
    if (paid.length > 1) this.#found("repeated", `${name} is in the ledger ${paid.length} times`);
    if (batches.length > 1) this.#found("repeated", `${name} was paid twice by batch`);
    if (batches.length > 0 && paid[0] !== batches[0]) this.#found("lost", `the paid reply to ${name} was lost`);
    if (calls - online > unknown) this.#found("leaked", `a paid call of ${name} is not in the ledger`);
    if (online > calls) this.#found("wrong", `the ledger has a call of ${name} that was not billed`);
  }

  /** The tables lost, the run done again from what is kept: no call for anything that has a reply, and the same tables. */
  async #askAgain(): Promise<void> {
    const before = await this.tables();
    for (const stage of this.#schedule.stages.keys()) await this.#disk.remove(tableOf(stage));
    this.#disk.kill();
    if (!(await this.#life(calmFate))) this.#found("wrong", "the finished run does not run again");
    else if ((await this.tables()) !== before) this.#found("lost", "the tables made again differ");
  }
}

interface RowAudit {
  /** What the ledger says: "online", or the batch. */
  readonly paid: readonly string[];
  readonly online: number;
  readonly unknown: number;
  /** What the bill says. */
  readonly batches: readonly string[];
  readonly calls: number;
}

function unsynced(disk: Disk): Disk {
  return {
    ...disk,
    append: async (path, content) => {
      const file = await disk.append(path, content);
      return {
        get size() {
          return file.size;
        },
        write: file.write,
        close: file.close,
        sync: async () => undefined,
      };
    },
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
