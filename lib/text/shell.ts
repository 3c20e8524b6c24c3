/** A command of this repository as a shell takes it, to be pasted. @param words the script and what follows it */
export function commandLine(words: readonly string[]): string {
  return ["npx", "zx", ...words.map(shellWord)].join(" ");
}

/** A word as a shell takes it back. */
export function shellWord(word: string): string {
  return /^[\w./:=@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
