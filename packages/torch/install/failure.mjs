/**
 * The error of the install code. It follows the grammar of KinoraError ("where: expected X, received Y;
 * hint"), which it cannot import: this code runs before the project is built.
 */

/**
 * @typedef {object} SetupErrorParts
 * @property {string} code stable and machine-readable: `setup/no-compiler`, `setup/libtorch-too-old`, ...
 * @property {string} expected what was expected, as a noun phrase
 * @property {string} [where] file, folder or program with the problem
 * @property {string} [received] what was found instead
 * @property {string} [hint] what to do next; may have several lines
 * @property {unknown} [cause]
 */

export class SetupError extends Error {
  /** @override */
  name = 'SetupError';

  /** @param {SetupErrorParts} parts */
  constructor(parts) {
    super(sentence(parts), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = parts.code;
    this.parts = parts;
  }
}

/** @param {SetupErrorParts} parts */
function sentence({ where, expected, received, hint }) {
  const place = where === undefined ? '' : `${where}: `;
  const got = received === undefined ? '' : `, received ${received}`;
  const next = hint === undefined ? '' : `; ${hint}`;
  return `${place}expected ${expected}${got}${next}`;
}
