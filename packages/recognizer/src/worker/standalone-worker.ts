/** The worker out of this very file: a page may not start one from another host, such as a CDN. */

/** What `worker.ts` and onnxruntime-web make as one module. */
declare const WORKER_SOURCE: string;

export function startWorker(): Worker {
  const address = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: 'text/javascript' }));
  const worker = new Worker(address, { type: 'module' });
  // Not before the browser has read it.
  worker.addEventListener('message', () => URL.revokeObjectURL(address), { once: true });
  return worker;
}
