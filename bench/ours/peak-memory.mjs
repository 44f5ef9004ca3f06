// Peak resident memory while something runs, as Linux reports it.
import { readFileSync, writeFileSync } from 'node:fs';

/** MiB. @param {() => unknown} work */
export async function peakMemory(work) {
  writeFileSync('/proc/self/clear_refs', '5'); // resets the peak to what is resident now
  await work();
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
}
