/** onnxruntime-node: native code, on the CPU. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Engine } from './engine.js';
import { KinoraError } from './error.js';
import type { LayerMaps } from './types.js';

/** Opens an ONNX file. Throws `recognizer/model` where onnxruntime refuses it. */
export async function nodeEngine(file: Uint8Array, threads: number, where: string): Promise<Engine> {
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential' } as const;
  const session = await InferenceSession.create(file, options).catch((cause: Error) => {
    const received = cause.message;
    throw new KinoraError({ code: 'recognizer/model', where, expected: 'a network to run', received, cause });
  });
  return {
    backend: { name: 'cpu', threads, reason: 'onnxruntime-node' },
    inputs: session.inputNames,
    outputs: session.outputNames,
    async run(clips, shape, outputs) {
      const results = await session.run({ clips: new Tensor('float32', clips, shape) }, [...outputs]);
      return Object.fromEntries(outputs.map((name) => [name, mapsOf(results[name]!)]));
    },
    close: () => session.release(),
  };
}

const mapsOf = ({ dims, data }: Tensor): LayerMaps => ({ shape: dims, data: data as Float32Array });
