/**
 * Everything in one file, for `<script type="module">` without a bundler: the recognizer, the custom element, the worker and
 * onnxruntime's WebAssembly. It runs on one thread, and not on WebGPU.
 */
export * from './browser.js';
export { KinoraRecognizerElement, type RecognizerElementEvents } from './element.js';
