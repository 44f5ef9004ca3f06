/** What `createTrainer` of @kinora/recognizer trains further: a step, the weights, and the network that they go into. */
export const model = {
  training: new URL('./dist/gestures.train.onnx', import.meta.url),
  weights: new URL('./model/gestures.safetensors', import.meta.url),
  inference: new URL('./dist/gestures.train.inference.onnx', import.meta.url),
};
