/** A thousand training steps: as many live tensors as after the first, and no more memory than after the 200th. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Held } from './memory.test.program.js';

const STEPS = 1000;
const WARM = 200;
/** Readings that are taken together: single ones wobble with the garbage collector. */
const WINDOW = 50;
const MIB = 2 ** 20;
const GROWTH = 20 * MIB;

const program = fileURLToPath(new URL('./memory.test.program.js', import.meta.url));

/** Median over the steps up to `step`. */
function around(held: readonly Held[], step: number, what: 'rss' | 'heap'): number {
  const values = held.slice(step - WINDOW, step).map((one) => one[what]);
  return values.sort((a, b) => a - b)[WINDOW >> 1]!;
}

test(`${STEPS} steps: live tensors constant, resident memory flat`, () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, String(STEPS)], {
    encoding: 'utf8',
    maxBuffer: 64 * MIB,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const held: Held[] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(held).toHaveLength(STEPS);
  expect(new Set(held.map(({ liveTensors, liveBytes }) => `${liveTensors} ${liveBytes}`)).size).toBe(1);
  const figures = [WARM, STEPS / 2, STEPS].map((step) => {
    const [rss, heap] = [around(held, step, 'rss'), around(held, step, 'heap')];
    return `${step} steps: ${(rss / MIB).toFixed(1)} MiB resident, ${(heap / MIB).toFixed(1)} MiB of it JavaScript's heap`;
  });
  console.log(`${held[0]!.liveTensors} live tensors\n${figures.join('\n')}`);
  expect(around(held, STEPS, 'rss') - around(held, WARM, 'rss')).toBeLessThan(GROWTH);
});
