import { type Chart, chart, findBrowser, openImages } from "corrigenda/report";
import { describe, expect, test } from "vitest";
import { kinds } from "../report/kinds.ts";

const browser = await findBrowser();
if (!browser) console.warn("no Chromium here: images are drawn by jsdom alone");

/** Texts of an SVG, in order. */
function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/gs)].map((match) => (match[1] ?? "").replace(/<[^>]*>/g, ""));
}

function sizeOf(png: Uint8Array): number[] {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

describe.each([["Chromium", browser] as const, ["jsdom", false] as const])("images by %s", (name, executable) => {
  test.skipIf(executable === undefined)(
    "are SVG, PNG and PDF of every kind of chart, with its words",
    async () => {
      const images = await openImages(executable === undefined ? {} : { browser: executable });
      try {
        expect(images.engine).toBe(name);
        for (const one of kinds()) {
          const svg = await images.svg(one);
          expect(svg.slice(0, 52), one.id).toBe('<svg xmlns="http://www.w3.org/2000/svg" width="800" ');
          const words = textsOf(svg).join(" ");
          expect(words).toContain(one.title);
          if (one.source !== undefined) expect(words).toContain(`Source: ${one.source}`);
          expect(svg.match(/NaN|Infinity|TOBESTRIPPED|--(series|band|fill|ink)/)?.[0]).toBe(undefined);
        }
        const [bars] = kinds() as [Chart];
        const svg = await images.svg(bars);
        expect(textsOf(svg)).toEqual(
          expect.arrayContaining(["mean length (words)", "metalinguistic", "80", "at most 50 words"]),
        );
        const height = Number(svg.match(/height="(\d+)"/)?.[1]);
        expect(sizeOf(await images.png(bars))).toEqual([1600, 2 * height]);
        const pdf = text(await images.pdf(bars));
        expect(pdf.slice(0, 5)).toBe("%PDF-");
        expect(pdf).toContain("/FontFile"); // texts are texts
        expect(pdf).not.toContain("/Subtype /Image"); // and nothing is pixels
      } finally {
        await images.close();
      }
    },
    60_000,
  );

  test.skipIf(executable === undefined)(
    "of equal charts are equal bytes, whatever was drawn before",
    async () => {
      const drawn = async (ids: readonly string[]): Promise<string[]> => {
        const images = await openImages(executable === undefined ? {} : { browser: executable });
        try {
          const svgs = [];
          for (const id of ids) {
            const one = kinds().find((kind) => kind.id === id);
            if (one) svgs.push(await images.svg(one));
          }
          return svgs;
        } finally {
          await images.close();
        }
      };
      const ids = ["bars", "contour", "boxes", "bands"];
      expect(await drawn(ids)).toEqual((await drawn(ids.toReversed())).toReversed());
    },
    60_000,
  );
});

test("a Chromium that does not start is said where it was asked for", async () => {
  await expect(openImages({ browser: "/nowhere/chromium" })).rejects.toThrow("/nowhere/chromium");
});

test("texts of a chart are texts of its image", async () => {
  const evil = `</text><script>alert(1)</script><image href="https://x.y/z"/>`;
  const images = await openImages({ browser: false });
  const one = chart({
    ...{ id: "c", title: evil, caption: evil, source: evil, x: { title: evil }, y: { title: evil } },
    data: [{ type: "bar", name: evil, showlegend: true, x: [evil], y: [1] }],
  });
  const svg = await images.svg(one);
  await images.close();
  expect(svg.match(/<(script|image|a)\b/)?.[0]).toBe(undefined);
  expect(svg.includes("&lt;script&gt;alert(1)")).toBe(true);
});
