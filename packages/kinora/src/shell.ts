/** Words of a command line as a POSIX shell reads them, for commands that are printed to be copied. */

/** The word itself where it is plain, else in single quotes. */
export const shellQuote = (word: string): string =>
  /^[\w./=:,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
