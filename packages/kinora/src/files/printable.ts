/** Text that can be printed on one line of a terminal. Imports nothing, because `kinora --help` loads it. */

/** Control characters and line breaks: what no name or label needs, and a terminal obeys. */
const CONTROL = /[\p{Cc}\u2028\u2029]/u;

/** Whether a name can be printed on one line. */
export const isPrintable = (name: string): boolean => !CONTROL.test(name);

/** Text from files and other programs on one line, with control characters as escapes, which a terminal does not obey. */
export const onOneLine = (text: string): string =>
  text.replace(
    new RegExp(CONTROL, 'gu'),
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
