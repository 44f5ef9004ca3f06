/** The network as ONNX, float32. Bundlers copy the file beside the page; in Node this is its place in node_modules. */
export const model = new URL('./dist/gestures.onnx', import.meta.url);
