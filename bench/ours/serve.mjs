// The protocol of every side in JavaScript: prints `ready`, then replies to each line with a number.
import { createInterface } from 'node:readline';

/**
 * @param {() => number | Promise<number>} measure
 * @param {() => void | Promise<void>} [close]
 */
export async function serve(measure, close) {
  console.log('ready');
  for await (const _ of createInterface({ input: process.stdin })) console.log(await measure());
  await close?.();
}

/** Seconds that `work` takes. @param {() => unknown} work */
export async function seconds(work) {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}
