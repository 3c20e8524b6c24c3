import ts from "typescript-api";

/**
 * What a checked cell declares, with every type written out, so that later cells need not infer it again; undefined where
 * a type cannot be written down, or names a module that is not found.
 * @param resolves whether a module can be imported
 */
export function declarationsOf(
  service: ts.LanguageService,
  file: string,
  resolves: (name: string) => boolean,
): string | undefined {
  const output: ts.EmitOutput & { readonly diagnostics?: readonly unknown[] } = service.getEmitOutput(file, true, true);
  const text = output.outputFiles[0]?.text;
  if (text === undefined || output.diagnostics === undefined || output.diagnostics.length > 0) return undefined;
  const { importedFiles } = ts.preProcessFile(text, true, false);
  return importedFiles.every(({ fileName }) => resolves(fileName)) ? text : undefined;
}
