import { nodeDisk } from "corrigenda/files";
import type { Size } from "./engine.ts";

/** A vector PDF of an SVG without a browser. */
export async function pdfOf(svg: string, { width, height }: Size): Promise<Uint8Array> {
  const [{ PDFDocument }, { default: drawSvg }] = await Promise.all([import("pdfkit"), import("svg-to-pdfkit")]);
  const points = (px: number): number => px * 0.75;
  const document = new PDFDocument({ size: [points(width), points(height)], margin: 0 });
  const chunks: Uint8Array[] = [];
  const done = new Promise<void>((resolve) => document.on("data", (chunk) => chunks.push(chunk)).on("end", resolve));
  const fonts = await fontsFound();
  const fontOf = (_family: string, bold: boolean): string => fonts[bold ? "bold" : "plain"];
  drawSvg(document, svg, 0, 0, { fontCallback: fontOf, warningCallback: () => undefined });
  document.end();
  await done;
  return Buffer.concat(chunks);
}

const FONTS = ["/usr/share/fonts/truetype/liberation/LiberationSans", "/usr/share/fonts/truetype/dejavu/DejaVuSans"];

/** Fonts with accents and Greek where Debian has them; otherwise the PDF standard ones, which know Latin-1 alone. */
async function fontsFound(): Promise<{ readonly plain: string; readonly bold: string }> {
  const disk = nodeDisk("/");
  for (const font of FONTS) {
    for (const regular of [`${font}-Regular.ttf`, `${font}.ttf`])
      if ((await disk.size(regular)) !== undefined) return { plain: regular, bold: `${font}-Bold.ttf` };
  }
  return { plain: "Helvetica", bold: "Helvetica-Bold" };
}
