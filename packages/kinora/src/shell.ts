/** Quotes words for a POSIX shell, for commands that are printed to be copied. */

/** The word itself if it is plain, otherwise in single quotes. */
export const shellQuote = (word: string): string =>
  /^[\w./=:,+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
