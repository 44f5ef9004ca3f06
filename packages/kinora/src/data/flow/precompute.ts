/**
 * The flow of many clips into the cache, by worker threads, one clip at a time each: what training would do on its first
 * epoch, ahead of it. Begun again it goes on; stopped, it finishes the clips under way.
 */
import { isClipFault } from '../lists/bad-clips.js';
import type { ClipPart } from '../open.js';
import { fromThread, runTasks } from '../threads.js';
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
  await runTasks<ClipPart, FlowReply>(items, {
    entry: new URL('./flow-worker.js', import.meta.url),
    workerData: { spec, cache } satisfies FlowWork,
    threads: workers,
    signal,
    onReply: (item, reply) => {
      if ('computed' in reply) done[reply.computed ? 'computed' : 'kept']++;
      else {
        const error = fromThread(reply.error);
        if (!isClipFault(error)) throw error;
        done.bad++;
        onBadClip?.(item.path, error);
      }
      onClip?.(done);
    },
  });
  return done;
}
