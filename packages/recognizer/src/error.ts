/** The recognizer's errors, in the project's grammar: code, where, expected, received, hint. Users know them as RecognizerError. */
import { KinoraError, type KinoraErrorParts } from '../../torch/src/error.js';

export { KinoraError, type KinoraErrorParts };
