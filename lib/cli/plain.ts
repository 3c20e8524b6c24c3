/**
 * Control characters other than newline and tab, and characters that turn the direction of writing: in a terminal they
 * move the cursor, retitle the window, hide what was written or make it read otherwise.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const COMMANDS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** A text that a terminal only shows: what would command it is written as `\u001b`, which keeps a JSON text JSON. */
export function plain(text: string): string {
  return text.replace(COMMANDS, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
