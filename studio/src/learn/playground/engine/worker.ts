/** The worker in which both networks train, by onnxruntime's WebAssembly on one thread: the same steps on every machine. */
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { Laboratory, type Report } from './laboratory.js';
import type { Setting } from './setting.js';

/** Asked one after another: the next question comes after the answer. */
export type Question =
  | { readonly open: Setting; readonly runtime: string }
  | { readonly steps: number; readonly clip: number; readonly slow: boolean };

export type Answer = { readonly report?: Report } | { readonly problem: string };

let laboratory: Laboratory | undefined;

async function answer(question: Question): Promise<Answer> {
  if ('open' in question) {
    env.wasm.numThreads = 1;
    env.wasm.wasmPaths = question.runtime;
    await laboratory?.close();
    laboratory = await Laboratory.open({ InferenceSession, Tensor }, question.open);
    return {};
  }
  return { report: await laboratory!.advance(question.steps, question.clip, question.slow) };
}

self.onmessage = ({ data }: MessageEvent<Question>) => {
  answer(data)
    .catch((cause: Error): Answer => ({ problem: cause.message.split('\n', 1)[0]!.slice(0, 300) }))
    .then((reply) => postMessage(reply));
};
