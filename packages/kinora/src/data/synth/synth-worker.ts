/** A worker thread that renders and writes the clips and streams it receives, one after the other. */
import { parentPort } from 'node:worker_threads';
import { type ClipRequest, renderClip, writeClip } from './clip.js';
import { renderStream, type StreamRequest } from './stream.js';

/** A clip or stream to render and write; the main thread sends these to workers. */
export interface WriteRequest {
  readonly folder: string;
  readonly id: string;
  readonly request: ClipRequest | StreamRequest;
}

/** The reply of a worker. */
export type WriteReply =
  | { readonly id: string; readonly frames: number; readonly bytes: number }
  | { readonly id: string; readonly error: string };

parentPort?.on('message', async ({ folder, id, request }: WriteRequest) => {
  const written = async () =>
    writeClip(folder, id, 'label' in request ? renderClip(request) : renderStream(request));
  const reply = await written().then(
    (done): WriteReply => ({ id, ...done }),
    (error: unknown): WriteReply => ({ id, error: String(error) }),
  );
  parentPort?.postMessage(reply);
});
