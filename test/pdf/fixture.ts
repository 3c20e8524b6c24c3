import { createRequire } from "node:module";

/** Text at a place: points from the top left corner. */
export interface Put {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly font?: string;
  /** Degrees, clockwise, around the place. */
  readonly turned?: number;
}

export interface PageSpec {
  readonly puts: readonly Put[];
  /** A grey image of the whole page, as a scanner makes it. */
  readonly scanned?: boolean;
}

interface Drawing {
  on(event: string, listen: (chunk: Uint8Array) => void): void;
  addPage(): void;
  save(): void;
  restore(): void;
  rotate(degrees: number, options: { origin: [number, number] }): void;
  font(name: string): Drawing;
  fontSize(size: number): Drawing;
  text(text: string, x: number, y: number, options: { lineBreak: boolean }): void;
  image(source: Buffer, x: number, y: number, options: { width: number; height: number }): void;
  end(): void;
}

export const WIDTH = 600;
export const HEIGHT = 800;
/** A grey dot. */
const DOT = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==",
  "base64",
);
const Kit = createRequire(import.meta.url)("pdfkit") as new (options: object) => Drawing;

/** A PDF of pages with text at given places. */
export function makePdf(pages: Iterable<PageSpec>, options: object = {}): Promise<Uint8Array> {
  const drawing = new Kit({ size: [WIDTH, HEIGHT], margin: 0, autoFirstPage: false, ...options });
  const chunks: Uint8Array[] = [];
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  drawing.on("data", (chunk) => chunks.push(chunk));
  drawing.on("end", () => resolve(Buffer.concat(chunks)));
  for (const page of pages) drawPage(drawing, page);
  drawing.end();
  return promise;
}

function drawPage(drawing: Drawing, { puts, scanned }: PageSpec): void {
  drawing.addPage();
  if (scanned) drawing.image(DOT, 0, 0, { width: WIDTH, height: HEIGHT });
  for (const { text, x, y, size = 10, font = "Helvetica", turned } of puts) {
    drawing.save();
    if (turned !== undefined) drawing.rotate(turned, { origin: [x, y] });
    drawing.font(font).fontSize(size).text(text, x, y, { lineBreak: false });
    drawing.restore();
  }
}

/** A PDF of a few kilobytes that takes seconds to read: every page shows the same stream of many words. */
export function heavyPdf(): string {
  const words = Array.from({ length: 20_000 }, (_, n) => `1 0 0 1 ${(n * 7) % 580} ${(n * 11) % 790} Tm (w${n}) Tj`);
  const stream = `BT /F1 4 Tf ${words.join("\n")} ET`;
  const page =
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F1 3 0 R >> >> >>";
  const pages = Array.from({ length: 32 }, (_, n) => `${n + 5} 0 R`);
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Count ${pages.length} /Kids [${pages.join(" ")}] >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    ...pages.map(() => page),
  ];
  let text = "%PDF-1.4\n";
  const places = objects.map((object, index) => {
    const place = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  const xref = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join("")}`;
  return `${text}${xref}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
}

/** Lines one below the other. */
export function column(lines: readonly string[], x: number, y: number, leading = 12): Put[] {
  return lines.map((text, index) => ({ text, x, y: y + index * leading }));
}

const SYLLABLES = ["ra", "mi", "to", "ne", "lu", "sa", "vi", "do", "ke", "po"];

/** Lines of about equal length made of invented words, the same for the same seed; no line begins like another. */
export function lines(count: number, letters: number, seed: number): string[] {
  let state = seed * 7919 + 13;
  const next = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
  return Array.from({ length: count }, (_, index) => {
    let line = `w${seed}n${index}`;
    while (line.length < letters - 6) {
      line += " ";
      for (let left = 1 + next(3); left > 0; left--) line += SYLLABLES[next(SYLLABLES.length)];
    }
    return line;
  });
}
