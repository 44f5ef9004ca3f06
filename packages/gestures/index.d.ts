/** Address of the network as ONNX with float32 weights: `createRecognizer({ model })`. */
export declare const model: URL;
