/**
 * The flow of many clips into the cache, by worker threads, one clip at a time each: what training would do on its first
 * epoch, ahead of it. Begun again it goes on; stopped, it finishes the clips under way.
 */
import { Worker } from 'node:worker_threads';
import { isClipFault } from '../lists/bad-clips.js';
import type { ClipPart } from '../load/timeline.js';
import { fromThread } from '../thread-error.js';
import type { FlowReply, FlowWork } from './flow-worker.js';

export interface PrecomputeOptions extends FlowWork {
  readonly workers: number;
  /** Called after each clip, in whatever order they end. */
  readonly onClip?: (done: PrecomputeResult) => void;
  /** Called for clips that cannot be read; the others go on. */
  readonly onBadClip?: (path: string, error: Error) => void;
  readonly signal?: AbortSignal;
}

/** Clips so far. */
export interface PrecomputeResult {
  computed: number;
  /** In the cache already. */
  kept: number;
  bad: number;
}

/** Throws `flow/cache` and the like when the machine, not a clip, is at fault. */
export async function precomputeFlow(
  items: readonly ClipPart[],
  { spec, cache, workers, onClip, onBadClip, signal }: PrecomputeOptions,
): Promise<PrecomputeResult> {
  const done: PrecomputeResult = { computed: 0, kept: 0, bad: 0 };
  const queue = items.values();
  let failed = false;
  const next = () => (failed || signal?.aborted ? undefined : queue.next().value);
  const settle = (item: ClipPart, reply: FlowReply): void => {
    if ('computed' in reply) done[reply.computed ? 'computed' : 'kept']++;
    else {
      const error = fromThread(reply.error);
      if (!isClipFault(error)) throw error;
      done.bad++;
      onBadClip?.(item.path, error);
    }
    onClip?.(done);
  };
  const threads = Array.from({ length: Math.max(1, Math.min(workers, items.length)) }, () =>
    runThread({ spec, cache }, next, settle).catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  const lost = (await Promise.allSettled(threads)).find(({ status }) => status === 'rejected');
  if (lost?.status === 'rejected') throw lost.reason;
  return done;
}

function runThread(
  work: FlowWork,
  next: () => ClipPart | undefined,
  settle: (item: ClipPart, reply: FlowReply) => void,
): Promise<void> {
  const worker = new Worker(new URL('./flow-worker.js', import.meta.url), { workerData: work, execArgv: [] });
  return new Promise<void>((resolve, reject) => {
    let item = next();
    const advance = (): void => {
      if (item === undefined) resolve();
      else worker.postMessage(item);
    };
    worker.on('message', (reply: FlowReply) => {
      try {
        settle(item!, reply);
        item = next();
        advance();
      } catch (error) {
        reject(error);
      }
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a thread that computes flow ended with code ${code}`)));
    advance();
  }).finally(() => worker.terminate());
}
