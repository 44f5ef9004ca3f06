// Exports a run for onnxruntime and the recognizer, for PyTorch, and as plain weights.
import { exportModel } from 'kinora';

for (const format of ['onnx', 'pt', 'safetensors'] as const) {
  const { file, bytes } = exportModel('runs/gestures', { format });
  console.log(`${file}: ${(bytes / 1e6).toFixed(1)} MB`);
}
