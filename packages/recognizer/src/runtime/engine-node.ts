/** onnxruntime-node: an optional package, so that it is imported when a model is opened. */
import { kinoraError } from '@kinora/clip';
import type { InferenceSession } from 'onnxruntime-node';

/** A package of its own, because it is of no use in browsers and takes 288 MB. */
export async function openRuntime(): Promise<typeof import('onnxruntime-node')> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    throw kinoraError('recognizer/runtime', 'onnxruntime-node', {
      expected: 'the package that runs networks in Node',
      received:
        (cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND' ? 'no such package' : String(cause),
      hint: 'npm install onnxruntime-node',
      cause,
    });
  }
}

/** Options of a session that uses this many threads for one run. */
export const sessionOptions = (threads: number): InferenceSession.SessionOptions => ({
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  executionMode: 'sequential',
});
