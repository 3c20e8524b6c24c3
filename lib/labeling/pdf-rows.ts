import type { Page, PdfRow } from "corrigenda/pdf";
import type { ReadDocument, ReadPage } from "./documents.ts";

/** What became of a PDF, from its rows. One damaged page does not make the others unread. */
export function pdfDocument(rows: readonly PdfRow[]): ReadDocument {
  const pages = rows.flatMap((row) => (row.ok ? [pdfPage(row.page)] : []));
  const problems = rows.flatMap((row) => (row.ok ? [] : [row.sentence]));
  const reason = problems.join("; ");
  if (pages.every(({ text }) => text === "")) return { ok: false, reason: reason || "the file holds no page" };
  return { ok: true, pages, note: reason || undefined };
}

function pdfPage({ page, width, height, text, raw, spans }: Page): ReadPage {
  return {
    ...{ page, width: tenth(width), height: tenth(height), text, raw },
    spans: spans.map(({ start, end, box }) => [
      ...([start, end] as const),
      ...([tenth(box.x), tenth(box.y), tenth(box.width), tenth(box.height)] as const),
    ]),
  };
}

/** Points to one decimal: a thirtieth of a millimetre. */
export function tenth(points: number): number {
  return Math.round(points * 10) / 10;
}
