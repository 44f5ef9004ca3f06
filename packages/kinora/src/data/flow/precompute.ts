/**
 * Adds the flow of many clips to the cache, in worker threads, which training would otherwise do in its first epoch. If
 * stopped, it finishes the clips in progress; if started again, it resumes.
 */
import { isClipFault } from '../lists/bad-clips.js';
import type { ClipPart } from '../open.js';
import { fromThread, runTasks } from '../threads.js';
import type { FlowReply, FlowWork } from './flow-worker.js';

export interface PrecomputeOptions extends FlowWork {
  readonly workers: number;
  /** Called after each clip, in order of completion. */
  readonly onClip?: (done: PrecomputeResult) => void;
  /** Called for clips that cannot be read; the others continue. */
  readonly onBadClip?: (path: string, error: Error) => void;
  readonly signal?: AbortSignal;
}

/** Clips so far. */
export interface PrecomputeResult {
  computed: number;
  /** Already in the cache. */
  kept: number;
  bad: number;
}

/** Throws `flow/cache` and similar errors if the machine, not a clip, is at fault. */
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
