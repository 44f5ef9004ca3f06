/** Training in a worker of a page: files are fetched, WebAssembly runs the steps, IndexedDB keeps what must not be lost. */
import { bytesOf, type FileSource } from '../inputs/file-source.js';
import { openWebAssembly } from '../runtime/engine-web.js';
import type { Place } from './calls.js';
import { openStore } from './store.js';

export const webPlace: Place<FileSource> = {
  bytes: (source) => bytesOf(source, 'trainer/model', 'a file of kinora export --format onnx-train'),
  runtime: async ({ threads, runtime: folder }) => {
    const { runtime, backend } = await openWebAssembly(
      { threads, runtime: folder },
      'trains on any processor',
    );
    return {
      backend,
      Tensor: runtime.Tensor,
      open: (file) => runtime.InferenceSession.create(file, { executionProviders: ['wasm'] }),
    };
  },
  store: openStore,
};
