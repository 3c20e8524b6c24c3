/** The little that this folder takes from packages without types. */
declare module "jsdom" {
  export class VirtualConsole {}
  export class JSDOM {
    constructor(
      html: string,
      options: { runScripts: "outside-only"; pretendToBeVisual: boolean; virtualConsole: VirtualConsole },
    );
    readonly window: { eval(code: string): unknown; close(): void } & Record<string, unknown>;
  }
}

declare module "pdfkit" {
  export class PDFDocument {
    constructor(options: { size: readonly [number, number]; margin: number });
    on(event: "data", listener: (chunk: Uint8Array) => void): this;
    on(event: "end", listener: () => void): this;
    end(): void;
  }
}

declare module "svg-to-pdfkit" {
  interface Options {
    fontCallback(family: string, bold: boolean, italic: boolean): string;
    warningCallback(warning: string): void;
  }
  const drawSvg: (document: import("pdfkit").PDFDocument, svg: string, x: number, y: number, options: Options) => void;
  export = drawSvg;
}
