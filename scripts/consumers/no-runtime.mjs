// Node in a project that was installed for pages: it says which package is missing.
import { strict as assert } from 'node:assert';
import { createRecognizer } from '@kinora/recognizer';

await assert.rejects(
  createRecognizer({ model: '../model.onnx' }),
  ({ code, message }) =>
    code === 'recognizer/runtime' &&
    message ===
      'onnxruntime-node: expected the package that runs networks in Node, received no such package; npm install onnxruntime-node',
);
