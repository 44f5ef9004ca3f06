/** The network as ONNX with weights of a quarter of the size. */
export const model = new URL('./dist/gestures.int8.onnx', import.meta.url);
