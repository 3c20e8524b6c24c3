import { execFile } from "node:child_process";
import os from "node:os";
import { promisify } from "node:util";
import type { Disk } from "corrigenda/files";
import { sha256 } from "corrigenda/json";
import { hashFile, hashFolder } from "./hash.ts";
import type { Environment } from "./manifest.ts";

const LIMIT_BYTES = 256 * 2 ** 20;

/**
 * Which code runs here, and on what. The only place in lib that asks git; without git, or outside a clone, the commit is
 * null.
 * @param repository the repository's root
 * @param versions of data that shape results: {tokenizer, prices}
 */
export async function environmentOf(
  repository: Disk,
  versions: Readonly<Record<string, string>>,
): Promise<Environment> {
  const git = (...args: readonly string[]): Promise<string | undefined> => ask(repository.resolve("."), args);
  const commit = (await git("rev-parse", "HEAD"))?.trim() ?? null;
  const untracked = (await git("ls-files", "--others", "--exclude-standard")) ?? "";
  const changed = ((await git("diff", "HEAD", "--binary")) ?? "") + untracked;
  const lock =
    (await repository.size("package-lock.json")) === undefined ? null : await hashFile(repository, "package-lock.json");
  return {
    commit,
    dirtySha256: commit === null || changed === "" ? null : sha256(changed),
    lockSha256: lock?.sha256 ?? null,
    libSha256: await hashFolder(repository, "lib"),
    node: process.version,
    os: `${os.platform()} ${os.release()}`,
    arch: process.arch,
    versions: { ...versions },
  };
}

const run = promisify(execFile);

/** What git says, or undefined where it is not installed or this is no clone: results do not need it. */
async function ask(cwd: string, args: readonly string[]): Promise<string | undefined> {
  try {
    return (await run("git", [...args], { cwd, maxBuffer: LIMIT_BYTES })).stdout;
  } catch {
    return undefined;
  }
}
