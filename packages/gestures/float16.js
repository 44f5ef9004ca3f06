/** The network as ONNX with weights of half the size. */
export const model = new URL('./dist/gestures.float16.onnx', import.meta.url);
