import { execFile } from "node:child_process";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const run = promisify(execFile);
const script = path.resolve("scripts/jobs.ts");
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "corrigenda-env-"));
  await writeFile(path.join(folder, ".env"), "OPENAI_API_KEY=kanarienvogel-eins\n");
});
afterAll(() => rm(folder, { recursive: true }));

async function said(mode: number): Promise<string> {
  await chmod(path.join(folder, ".env"), mode);
  const env = { ...process.env, LOG_LEVEL: "info", OPENAI_API_KEY: undefined };
  const { stdout, stderr } = await run(process.execPath, [script, "--results", "none"], { cwd: folder, env });
  return stdout + stderr;
}

test.skipIf(process.platform === "win32")(
  "keys in a file that others may read are warned of, and not shown",
  async () => {
    for (const mode of [0o644, 0o640, 0o604]) {
      const text = await said(mode);
      expect(text).toContain("chmod 600 .env");
      expect(text).not.toContain("kanarienvogel");
    }
    expect(await said(0o600)).not.toContain("chmod");
  },
);
