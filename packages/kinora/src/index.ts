/** kinora: the table of contents. */
export { KinoraError, type KinoraErrorParts } from '@kinora/torch';
