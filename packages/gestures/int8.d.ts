/** Address of the network as ONNX with int8 weights, a quarter of the download: `createRecognizer({ model })`. */
export declare const model: URL;
