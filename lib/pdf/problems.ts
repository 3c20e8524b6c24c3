import type { PdfFailure, PdfProblem } from "./types.ts";

const SENTENCES: Readonly<Record<PdfFailure, string>> = {
  missing: "does not exist; check the folder and the name",
  empty: "has 0 bytes; download or copy it again",
  "not-pdf": "is no PDF; put a PDF there, with a name that ends in .pdf",
  encrypted: "opens with a password only; save a copy without one (qpdf --decrypt --password=… in.pdf out.pdf)",
  broken: "is damaged or cut off; download it again, or try to mend it (qpdf in.pdf out.pdf)",
  "no-text": "has no text, only images of pages; run it through OCR first (ocrmypdf in.pdf out.pdf)",
  page: "is damaged; the other pages were read. Try to mend the file (qpdf in.pdf out.pdf)",
  timeout: "took too long, and its worker was stopped; give it more time, or leave the file out",
  crashed: "took its worker down; try to mend the file (qpdf in.pdf out.pdf), or leave it out",
};

export function problem(file: string, code: PdfFailure, cause?: unknown): PdfProblem {
  // In a worker's words the engine's own come last.
  const words = code === "broken" && cause instanceof Error ? cause.message.split(": ").at(-1) : undefined;
  const detail = words ? `: ${words}` : "";
  return { ok: false, file, code, sentence: `${file} ${SENTENCES[code]}${detail}` };
}

export function pageProblem(file: string, pageNumber: number): PdfProblem {
  return { ok: false, file, code: "page", sentence: `${file}: page ${pageNumber} ${SENTENCES.page}`, pageNumber };
}
