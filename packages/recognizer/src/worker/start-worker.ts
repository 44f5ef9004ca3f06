/** The worker as a file beside the bundle that this becomes part of, dist/browser.js; in dist/standalone.js, `standalone-worker.ts` takes its place. */
export const startWorker = (): Worker =>
  new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
