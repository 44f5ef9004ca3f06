/** Address of the network as ONNX with float16 weights, half the download: `createRecognizer({ model })`. */
export declare const model: URL;
