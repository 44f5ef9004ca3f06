/** @kinora/torch: the table of contents. */
export { KinoraError, type KinoraErrorParts } from './error.js';
