/** A value in the forms a viewer may choose from: text as a string, JSON types as objects, pictures in base64. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** What a cell shows: nbformat's outputs, and the two messages that change outputs already shown. */
export type Output =
  | { readonly output_type: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | ({ readonly output_type: "display_data" | "update_display_data" } & Displayed)
  | ({ readonly output_type: "execute_result"; readonly execution_count: number } & Omit<Displayed, "transient">)
  | { readonly output_type: "clear_output"; readonly wait: boolean }
  | ({ readonly output_type: "error" } & Failure);

interface Displayed {
  readonly data: MimeBundle;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Never written to a file: the name under which `update_display_data` finds the output again. */
  readonly transient?: { readonly display_id: string };
}

/** Why a cell failed, as nbformat and the protocol spell it. */
export interface Failure {
  /** "TypeError", "TypeError [TS2322]", "SyntaxError", "KeyboardInterrupt". */
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}
