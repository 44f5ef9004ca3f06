/**
 * Terminates threads that call addons. If a thread is terminated in the middle of an addon call, the whole process
 * aborts, because node-addon-api throws an exception that nothing can catch. So a thread marks when it is in such a
 * call; whoever terminates threads, or the process, first blocks new calls and waits for those in progress.
 */
import { getEnvironmentData, isMainThread, setEnvironmentData, type Worker } from 'node:worker_threads';

const KEY = 'kinora: calls of addons';

/**
 * int32 `[1]` in memory shared by all threads: the number of calls in progress, plus `HELD` for each caller that blocks
 * new ones.
 */
const state = sharedState();
const HELD = 1 << 16;

/** Milliseconds. A call takes a few; one that never returns must not keep the process from exiting. */
const PATIENCE = 1000;

/** Runs `work`, which calls an addon, and delays termination until it is done. Keep it short, or see `withPauses`. */
export function uninterrupted<T>(work: () => T): T {
  if (isMainThread) return work();
  enter();
  try {
    return work();
  } finally {
    leave();
  }
}

/** The same for asynchronous work, such as loading an addon. */
export async function uninterruptedAsync<T>(work: () => Promise<T>): Promise<T> {
  if (isMainThread) return work();
  enter();
  try {
    return await work();
  } finally {
    leave();
  }
}

/** Yields the same values. The thread may be terminated between two of them. */
export function* withPauses<T>(values: Iterable<T>): Generator<T, void, void> {
  for (const value of values) {
    yield value;
    if (isMainThread) continue;
    leave();
    enter();
  }
}

/** Terminates the threads, none of them in the middle of an addon call. */
export async function endThreads(threads: readonly Worker[]): Promise<void> {
  holdOff();
  try {
    await Promise.all(threads.map((thread) => thread.terminate()));
  } finally {
    add(-HELD);
  }
}

function sharedState(): Int32Array {
  const known = getEnvironmentData(KEY) as unknown as Int32Array | undefined;
  if (known !== undefined) return known;
  const own = new Int32Array(new SharedArrayBuffer(4));
  setEnvironmentData(KEY, own as unknown as Parameters<typeof setEnvironmentData>[1]);
  if (isMainThread) process.once('exit', holdOff);
  return own;
}

function enter(): void {
  for (;;) {
    const now = Atomics.load(state, 0);
    // The thread ends here if it is being terminated; otherwise, even if it is the one that terminates others, it continues.
    if (now >= HELD && Atomics.wait(state, 0, now, PATIENCE) !== 'timed-out') continue;
    if (Atomics.compareExchange(state, 0, now, now + 1) === now) return;
  }
}

function leave(): void {
  add(-1);
}

function holdOff(): void {
  add(HELD);
  const end = performance.now() + PATIENCE;
  for (let now = Atomics.load(state, 0); now % HELD > 0; now = Atomics.load(state, 0)) {
    const left = end - performance.now();
    if (left <= 0) return;
    Atomics.wait(state, 0, now, left);
  }
}

function add(change: number): void {
  Atomics.add(state, 0, change);
  Atomics.notify(state, 0);
}
