/**
 * Threads that call addons, and how they are ended. An addon whose thread is ended in the middle of a call takes the whole process
 * with it: node-addon-api throws where no JavaScript runs any more, and nobody catches that. So a thread says when it is in such a
 * call; who ends threads, and the process at its own end, let none begin and wait until those under way are done.
 */
import { getEnvironmentData, isMainThread, setEnvironmentData, type Worker } from 'node:worker_threads';

const KEY = 'kinora: calls of addons';

/** int32 `[1]` in memory that all threads share: how many are in a call, plus `HELD` for each that holds them off. */
const state = sharedState();
const HELD = 1 << 16;

/** Milliseconds. A call takes a few; one that does not return must not keep the process from its end. */
const PATIENCE = 1000;

/** Runs `work`, which calls an addon, and is not ended in the middle of it. Keep it short, or see `withPauses`. */
export function uninterrupted<T>(work: () => T): T {
  if (isMainThread) return work();
  enter();
  try {
    return work();
  } finally {
    leave();
  }
}

/** The same for work that takes an event loop's turns, such as loading an addon. */
export async function uninterruptedAsync<T>(work: () => Promise<T>): Promise<T> {
  if (isMainThread) return work();
  enter();
  try {
    return await work();
  } finally {
    leave();
  }
}

/** The same values. Between them `uninterrupted` work may be ended. */
export function* withPauses<T>(values: Iterable<T>): Generator<T, void, void> {
  for (const value of values) {
    yield value;
    if (isMainThread) continue;
    leave();
    enter();
  }
}

/** Ends the threads, none of them in a call of an addon. */
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
    // Here the thread ends, if it is one of those. If it is not, and even if it is itself what ends them, it goes on.
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
