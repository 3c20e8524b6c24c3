import { readdir, readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { collect } from "corrigenda/files";
import { type PdfRow, readPdf, readPdfs } from "corrigenda/pdf";
import { beforeAll, describe, expect, test } from "vitest";
import { column, heavyPdf, lines, makePdf, type PageSpec } from "./fixture.ts";
import { usePlace } from "./place.ts";

const place = usePlace();
const body = (seed: number): PageSpec => ({ puts: column(lines(30, 80, seed), 60, 100) });
const brief = (row: PdfRow): string => `${row.file} ${row.ok ? row.page.page : row.code}`;

/** Every kind of file, and what it comes out as. */
const EXPECTED = [
  ["good.pdf", [1, 2, 3]],
  ["encrypted.pdf", ["encrypted"]],
  ["open.pdf", [1]],
  ["scanned.pdf", [1, 2, "no-text"]],
  ["cut.pdf", ["broken"]],
  ["web.pdf", ["not-pdf"]],
  ["letter.docx", ["not-pdf"]],
  ["empty.pdf", ["empty"]],
  ["gone.pdf", ["missing"]],
  ["last.pdf", [1]],
] as const;
const FILES = EXPECTED.map(([file]) => file);
const ROWS = EXPECTED.flatMap(([file, rows]) => rows.map((row) => `${file} ${row}`));

beforeAll(async () => {
  await place.write("good.pdf", [body(1), body(2), body(3)]);
  await place.write("encrypted.pdf", [body(1)], { userPassword: "secret", ownerPassword: "more" });
  await place.write("open.pdf", [body(1)], { ownerPassword: "more", permissions: {} });
  await place.write("scanned.pdf", [
    { puts: [], scanned: true },
    { puts: [], scanned: true },
  ]);
  const whole = await makePdf([body(1), body(2)]);
  await place.disk().write("cut.pdf", whole.slice(0, 600));
  await place.disk().write("web.pdf", "<html><body>404 not found</body></html>");
  await place.disk().write("letter.docx", "PK");
  await place.disk().write("empty.pdf", "");
  await place.write("last.pdf", [body(4)]);
});

describe("files that cannot be read", () => {
  test("each says why, in one process or in several, and the others go on", async () => {
    const alone: PdfRow[] = [];
    for (const file of FILES) alone.push(...(await collect(readPdf(place.disk(), file))));
    expect(alone.map(brief)).toEqual(ROWS);
    const many = await collect(readPdfs(place.disk(), FILES, { workers: 2 }));
    expect(many).toEqual(alone);
  });

  test("each says what to do", async () => {
    const rows = await collect(readPdfs(place.disk(), FILES));
    const sentences = rows.flatMap((row) => (row.ok ? [] : [row.sentence]));
    expect(sentences).toEqual([
      "encrypted.pdf opens with a password only; save a copy without one (qpdf --decrypt --password=… in.pdf out.pdf)",
      "scanned.pdf has no text, only images of pages; run it through OCR first (ocrmypdf in.pdf out.pdf)",
      expect.stringMatching(
        /^cut\.pdf is damaged or cut off; download it again, or try to mend it \(qpdf in\.pdf out\.pdf\): \w.+$/,
      ),
      "web.pdf is no PDF; put a PDF there, with a name that ends in .pdf",
      "letter.docx is no PDF; put a PDF there, with a name that ends in .pdf",
      "empty.pdf has 0 bytes; download or copy it again",
      "gone.pdf does not exist; check the folder and the name",
    ]);
  });

  test("a file that takes too long is given up, and those after it are read", async () => {
    await place.disk().write("slow.pdf", heavyPdf());
    const files = ["last.pdf", "slow.pdf", "good.pdf"];
    const rows = await collect(readPdfs(place.disk(), files, { workers: 2, timeoutMs: 1000 }));
    expect(rows.map(brief)).toEqual(["last.pdf 1", "slow.pdf timeout", "good.pdf 1", "good.pdf 2", "good.pdf 3"]);
  });

  test.skipIf(process.platform !== "linux")(
    "a file whose worker dies becomes a row, and those after it are read (skipped: needs /proc)",
    async () => {
      await place.disk().write("slow.pdf", heavyPdf());
      const rows = collect(readPdfs(place.disk(), ["slow.pdf", "good.pdf"], { workers: 1 }));
      await killWorker();
      expect((await rows).map(brief)).toEqual(["slow.pdf crashed", "good.pdf 1", "good.pdf 2", "good.pdf 3"]);
    },
  );
});

/** Waits for the one worker of this process to be at work, and kills it. */
async function killWorker(): Promise<void> {
  for (;;) {
    for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
      const [stat, command] = await Promise.all(
        ["stat", "cmdline"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
      );
      const [, parent, ...times] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
      const isOurs = parent === `${process.pid}` && command?.includes("pool-worker");
      // In hundredths of a second of user time: starting alone takes less.
      if (isOurs && Number(times[9]) > 30) return void process.kill(Number(pid), "SIGKILL");
    }
    await setTimeout(20);
  }
}

describe("long files", () => {
  const LONG = 500;
  const long = function* (): Generator<PageSpec> {
    for (let page = 1; page <= LONG; page++) {
      yield {
        puts: [{ text: `Long words ${page}`, x: 60, y: 40 }, ...column([`page number ${page} says so`], 60, 200)],
      };
    }
  };

  test("500 pages come in order, with their numbers and without their running title", async () => {
    await place.write("long.pdf", long());
    const pages = Array.from({ length: LONG }, (_, index) => index + 1);
    for (const rows of [readPdf(place.disk(), "long.pdf"), readPdfs(place.disk(), ["long.pdf", "last.pdf"])]) {
      const read = (await collect(rows)).flatMap((row) => (row.ok && row.file === "long.pdf" ? [row.page] : []));
      expect(read.map(({ page }) => page)).toEqual(pages);
      expect(read.map(({ text }) => text)).toEqual(pages.map((page) => `page number ${page} says so`));
    }
  });

  test("who stops early waits for nothing", async () => {
    await place.write("long.pdf", long());
    for await (const row of readPdfs(place.disk(), ["long.pdf", "good.pdf"])) {
      expect(brief(row)).toBe("long.pdf 1");
      break;
    }
  });
});
