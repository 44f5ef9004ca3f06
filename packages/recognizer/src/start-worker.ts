/** The worker as a file beside this one, which bundlers find; in dist/standalone.js, `standalone-worker.ts` takes its place. */
export const startWorker = (): Worker =>
  new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
