/** A thread that renders and writes the clips it is asked for, one after the other. */
import { parentPort } from 'node:worker_threads';
import { type WriteRequest, writeClip } from './write.js';

/** What a worker answers. */
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
