/** A thread that adds the flow of clips to the cache, one after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import type { PreprocessSpec } from '@kinora/clip';
import type { ClipPart } from '../open.js';
import { type ThreadError, toThread } from '../threads.js';
import { keepFlow } from './keep-flow.js';

export interface FlowWork {
  readonly spec: PreprocessSpec;
  readonly cache: string;
}

/** Whether it was computed or already there; or the error. */
export type FlowReply = { readonly computed: boolean } | { readonly error: ThreadError };

const { spec, cache } = workerData as FlowWork;

parentPort!.on('message', async (item: ClipPart) => {
  const reply = await keepFlow(item, spec, cache).then(
    (computed): FlowReply => ({ computed }),
    (error: unknown): FlowReply => ({ error: toThread(error) }),
  );
  parentPort!.postMessage(reply);
});
