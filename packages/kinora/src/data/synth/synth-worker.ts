/** A worker thread that renders and writes the clips it receives, one after the other. */
import { parentPort } from 'node:worker_threads';
import { type WriteRequest, writeClip } from './clip.js';

/** The reply of a worker. */
export type WriteReply =
  | { readonly id: string; readonly frames: number; readonly bytes: number }
  | { readonly id: string; readonly error: string };

parentPort?.on('message', async (message: WriteRequest) => {
  const reply = await writeClip(message).then(
    (done): WriteReply => ({ id: message.id, ...done }),
    (error: unknown): WriteReply => ({ id: message.id, error: String(error) }),
  );
  parentPort?.postMessage(reply);
});
