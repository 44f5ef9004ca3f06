/** For tests only: a worker that runs out of memory, or throws, at its first job. */
import { parentPort, workerData } from 'node:worker_threads';

parentPort!.on('message', () => {
  if ((workerData as { reader: { how: string } }).reader.how === 'throws') throw new Error('boom');
  const hoard: string[][] = [];
  for (;;) hoard.push(new Array(1e6).fill('memory'));
});
