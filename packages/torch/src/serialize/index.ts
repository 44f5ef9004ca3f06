/** Tensors in files, the table of contents: safetensors and PyTorch's checkpoints, as engine tensors and as data. */
export { type ByteSink, fileError, syncFolder, writeAtomically } from './atomic.js';
export { rawTensors, readCheckpoint } from './checkpoint/read.js';
export type { Storage, StridedTensor, TensorMaker } from './checkpoint/tensors.js';
export { writeCheckpoint } from './checkpoint/write.js';
export {
  type LoadOptions,
  loadSafetensors,
  loadSafetensorsMetadata,
  loadTorch,
  saveSafetensors,
  saveTorch,
} from './load-save.js';
export { byteLength, elementCount, ITEM_SIZE, type RawDType, type RawTensor, rawTensor } from './raw.js';
export { parseSafetensors, type Safetensors, writeSafetensors } from './safetensors.js';
export { type ByteSource, memorySource, withFile } from './source.js';
