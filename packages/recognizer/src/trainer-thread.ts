/** The thread in which Node trains: onnxruntime-node runs a step at once, and would keep the event loop waiting for it. */
import { parentPort } from 'node:worker_threads';
import { readNamed } from './inputs/node-clip.js';
import { openRuntime, sessionOptions } from './runtime/engine-node.js';
import { type TrainerQuestions, trainerAnswers } from './training/calls.js';
import { serve } from './worker/serve.js';
import type { Asked, Cancelled } from './worker/worker-calls.js';

/** Paths and addresses as text: an URL cannot be sent to a thread. */
export type NodeSource = string | Uint8Array;
type All = TrainerQuestions<NodeSource>;

const { answers } = trainerAnswers<NodeSource>({
  bytes: async (source) => {
    if (source instanceof Uint8Array) return source;
    const path = source.startsWith('file:') ? new URL(source) : source;
    return readNamed(
      path,
      'trainer/model',
      'a file that kinora export --format onnx-train writes',
      undefined,
    );
  },
  runtime: async ({ threads = 1 }) => {
    const { InferenceSession, Tensor } = await openRuntime();
    return {
      backend: { name: 'cpu', threads, reason: 'onnxruntime-node' },
      Tensor,
      open: (file) => InferenceSession.create(file, sessionOptions(threads)),
    };
  },
});

const receive = serve<All>(answers, (message) => parentPort!.postMessage(message));
parentPort!.on('message', (message: Asked<All> | Cancelled) => receive(message));
