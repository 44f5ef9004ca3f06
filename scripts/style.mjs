// Colour on a terminal, plain text elsewhere. Node 20's own styleText does not check whether anyone
// does.
const CODES = { bold: 1, red: 31, green: 32, yellow: 33 };
const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR;

/** @param {keyof typeof CODES} style @param {string} text */
export function styleText(style, text) {
  return coloured ? `\x1b[${CODES[style]}m${text}\x1b[0m` : text;
}
