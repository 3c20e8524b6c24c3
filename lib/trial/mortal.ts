import { StudyError } from "corrigenda/error";
import type { Disk, MemoryDisk } from "corrigenda/files";
import type { Rng } from "corrigenda/rng";

/** What ends or troubles one life of a simulated process. Steps are counted from its start: two for each effect. */
export interface Fate {
  /** The process is killed, or the whole machine loses its power. */
  readonly end: "none" | "kill" | "power";
  readonly at: number;
  /** Writes (ENOSPC, EIO) or fsyncs (EIO) fail from one step to another. */
  readonly disk?: {
    readonly from: number;
    readonly to: number;
    readonly code: "ENOSPC" | "EIO";
    readonly sync: boolean;
  };
  /** Clock jumps: ms, by step. */
  readonly jumps: ReadonlyMap<number, number>;
}

export const calmFate: Fate = { end: "none", at: Number.POSITIVE_INFINITY, jumps: new Map() };

/** A life's steps cannot be more: it would never end. */
const MAX_STEPS = 50_000;

/** One life of a process whose every effect on disk and service is counted, and which dies at a given one. */
export class Mortal {
  readonly #fate: Fate;
  readonly #rng: Rng;
  readonly #trace: ((line: string) => void) | undefined;
  #steps = 0;
  #isDead = false;
  /** What the clock shows beyond the true time, ms. */
  skewMs = 0;

  constructor(fate: Fate, rng: Rng, trace?: (line: string) => void) {
    this.#fate = fate;
    this.#rng = rng;
    this.#trace = trace;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** Steps so far. */
  get steps(): number {
    return this.#steps;
  }

  /** An effect: the process may die before it or after it. */
  async does<T>(name: string, act: () => T | Promise<T>): Promise<T> {
    this.step(name);
    const value = await act();
    this.step();
    return value;
  }

  step(name?: string): void {
    if (this.#isDead) throw new Error("killed");
    const step = this.#steps++;
    const jump = this.#fate.jumps.get(step);
    if (jump !== undefined) {
      this.skewMs += jump;
      this.#trace?.(`${step} the clock jumps by ${jump} ms`);
    }
    if (name !== undefined) this.#trace?.(`${step} ${name}`);
    if (step > MAX_STEPS) throw new Error(`no end after ${MAX_STEPS} steps`);
    if (step !== this.#fate.at || this.#fate.end === "none") return;
    this.#isDead = true;
    this.#trace?.(`${step} ${this.#fate.end === "kill" ? "SIGKILL" : "the power goes"}`);
    throw new Error("killed");
  }

  /** The disk as this process sees it. */
  disk(disk: MemoryDisk): Disk {
    return {
      ...disk,
      append: async (path, content) => {
        const file = await this.does(`open ${path}`, () => disk.append(path, content));
        return {
          get size() {
            return file.size;
          },
          write: (bytes) => this.#write(path, bytes, (part) => file.write(part)),
          sync: () => this.does(`fsync ${path}`, () => this.#mayFail(path, true) ?? file.sync()),
          close: () => file.close(),
        };
      },
      draft: async () => {
        const draft = await disk.draft();
        const commit = (path: string) => this.does(`rename ${path}`, () => this.#mayFail(path) ?? draft.commit(path));
        return { ...draft, commit };
      },
      write: (path, content) => this.does(`write ${path}`, () => this.#mayFail(path) ?? disk.write(path, content)),
      // A real Blob reads in threads of its own, which no seed can repeat.
      blob: async (path) =>
        ({ text: async () => textOf(await disk.readAt(path, 0, (await disk.size(path)) ?? 0)) }) as Blob,
    };
  }

  /** A write may be torn: by a full disk, or by the end of the process. */
  async #write(path: string, bytes: string | Uint8Array, write: (part: Uint8Array) => Promise<void>): Promise<void> {
    const whole = Buffer.from(bytes as Uint8Array);
    const isLast = this.#fate.end !== "none" && this.#steps === this.#fate.at;
    const part = whole.subarray(0, this.#rng.int(whole.length + 1));
    if (isLast) await write(part);
    this.step(`append ${path}: ${whole.length} bytes`);
    const failure = this.#failure(path);
    await write(failure ? part : whole);
    if (failure) throw failure;
    this.step();
  }

  #mayFail(path: string, isSync = false): Promise<never> | undefined {
    const failure = this.#failure(path, isSync);
    return failure && Promise.reject(failure);
  }

  #failure(path: string, isSync = false): StudyError | undefined {
    const { disk } = this.#fate;
    if (!disk || disk.sync !== isSync || this.#steps < disk.from || this.#steps >= disk.to) return undefined;
    this.#trace?.(`${this.#steps} ${disk.code} on ${path}`);
    return new StudyError("files", `${path} cannot be written: ${disk.code}`, {
      facts: { file: path, code: disk.code },
    });
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
