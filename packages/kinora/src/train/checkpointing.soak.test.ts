/** What activation checkpointing and gradient accumulation save of a step's memory, and what they cost. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Taken } from './checkpointing.test.program.js';

const program = fileURLToPath(new URL('./checkpointing.test.program.js', import.meta.url));
const CLIPS = 8;
const MIB = 2 ** 20;

function take(name: string, parts: number, checkpointing: boolean): Taken {
  const words = [program, name, CLIPS, parts, checkpointing].map(String);
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout);
}

/** Memory that the steps took, in MiB, by how a step is made. */
function measure(name: string): Record<'plain' | 'checkpointed' | 'in 4 parts' | 'both', number> {
  const grown = (way: string, parts: number, checkpointing: boolean) => {
    const { before, peak, seconds } = take(name, parts, checkpointing);
    const mib = (peak - before) / MIB;
    console.log(`${name}, ${way}: ${mib.toFixed(0)} MiB, ${seconds.toFixed(1)} s of CPU a step`);
    return mib;
  };
  return {
    plain: grown('plain', 1, false),
    checkpointed: grown('checkpointed', 1, true),
    'in 4 parts': grown('in 4 parts', 4, false),
    both: grown('both', 4, true),
  };
}

// Two thirds to four fifths of the plain step, from run to run: the allocator's holes are in it.
test('a network of many thin layers needs less', () => {
  const { plain, checkpointed, both } = measure('MobileNet3D_0.45x');
  expect(checkpointed).toBeLessThan(0.9 * plain);
  expect(both).toBeLessThan(checkpointed);
});

test('of dense 3D convolutions, whose workspace on CPU grows with the batch, parts need less', () => {
  const ways = measure('ConvColumn6');
  expect(ways['in 4 parts']).toBeLessThan(0.5 * ways.plain);
});
