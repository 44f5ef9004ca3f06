/** Works on many trials, a bounded number of them at a time: one that fails keeps its error, and the others continue. */
import type { RunConfig } from '../config/index.js';
import { spellingOf } from '../config/spelling.js';
import { allOf } from '../data/threads.js';
import { type Progress, silent } from '../progress.js';

export interface QueueOptions {
  /** Receives progress. Default: `silent`. */
  readonly progress?: Progress | undefined;
  /** Stops everything, with its reason, after the work in progress was saved. */
  readonly signal?: AbortSignal | undefined;
}

/** What is queued: its configuration is for the words of errors. */
export interface Queued {
  readonly plan: { readonly config: RunConfig };
  /** Why it failed; a trial that has one is not worked on. */
  error?: string;
}

/** `work` on every trial, `jobs` at a time; `publish` after each. */
export async function workOnAll<T extends Queued>(
  trials: readonly T[],
  { jobs, publish, ...options }: QueueOptions & { jobs: number; publish?: () => Promise<void> },
  work: (trial: T) => Promise<void>,
): Promise<void> {
  const { progress = silent } = options;
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < trials.length; i = next++) {
      const trial = trials[i]!;
      if (trial.error === undefined) {
        progress.log(`\n${i + 1}/${trials.length}  ${trial.plan.config.name}`);
        await attempt(trial, options, () => work(trial));
      }
      await publish?.();
    }
  };
  await allOf(Array.from({ length: Math.min(jobs, trials.length) }, worker));
}

/** One part of the work on a trial. A failure affects only this trial; the signal stops all. */
export async function attempt(
  trial: Queued,
  { signal, progress = silent }: QueueOptions,
  work: () => Promise<void>,
): Promise<void> {
  signal?.throwIfAborted();
  try {
    await work();
  } catch (error) {
    signal?.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    trial.error = spellingOf(trial.plan.config)?.in(message) ?? message;
    progress.log(`${trial.plan.config.name} failed: ${trial.error}`);
  }
  signal?.throwIfAborted();
}
