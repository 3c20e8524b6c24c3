import { collect, type Disk } from "corrigenda/files";
import { type PdfRow, readPdfs } from "corrigenda/pdf";
import { type Eaten, type Eater, inputOf } from "./malformed.ts";

/** Read together: workers are kept for them. */
const GROUP = 50;
const TIME_OUT_MS = 20_000;

/** A PDF of two pages, small enough that most damage hits its structure. */
export function smallPdf(): Buffer {
  const content = "BT /F1 12 Tf 72 720 Td (The data set was made from 1,000 texts.) Tj ET";
  const page = (stream: number): string =>
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${stream} 0 R /Resources << /Font << /F1 7 0 R >> >> >>`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
    page(5),
    page(6),
    ...[content, content.replace("made", "drawn")].map(
      (text) => `<< /Length ${text.length} >>\nstream\n${text}\nendstream`,
    ),
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let text = "%PDF-1.4\n";
  const offsets = objects.map((object, at) => {
    const offset = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const xref = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
  return Buffer.from(`${text}xref\n0 ${size}\n0000000000 65535 f \n${xref}${trailer}`);
}

/** Reads damaged PDFs, many at a time as labeling does: each comes out as pages or as a sentence. */
export async function feedPdfs(
  originals: Eater["originals"],
  disk: Disk,
  seeds: readonly number[],
  before: (seed: number) => void,
): Promise<Eaten> {
  const eater: Eater = { name: "pdfs", originals, eat: async () => {} };
  const eaten: Eaten = { inputs: 0, refused: 0, problems: [] };
  for (let from = 0; from < seeds.length; from += GROUP) {
    const group = seeds.slice(from, from + GROUP);
    for (const seed of group) await disk.write(`${seed}.pdf`, inputOf(eater, seed).bytes);
    before(group[0] ?? 0);
    const files = group.map((seed) => `${seed}.pdf`);
    const rows = await collect(readPdfs(disk, files, { workers: 2, timeoutMs: TIME_OUT_MS }));
    for (const seed of group)
      take(
        eaten,
        seed,
        rows.filter(({ file }) => file === `${seed}.pdf`),
      );
    for (const file of files) await disk.remove(file);
  }
  return eaten;
}

function take(eaten: Eaten, seed: number, rows: readonly PdfRow[]): void {
  eaten.inputs += 1;
  const sentences = rows.flatMap((row) => (row.ok ? [] : [row.sentence]));
  if (sentences.length > 0) eaten.refused += 1;
  const unclear = sentences.find((sentence) => sentence.includes("\n") || sentence.length > 1_000);
  if (rows.length === 0) eaten.problems.push({ seed, text: "neither pages nor a sentence" });
  else if (unclear !== undefined) eaten.problems.push({ seed, text: `no clear sentence: ${unclear.slice(0, 200)}` });
}
