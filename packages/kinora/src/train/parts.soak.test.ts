/** Memory of a step whose batch goes through the network in parts; the figures in docs/memory.md. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('parts.test.program.js', import.meta.url));

test('a batch in 4 parts needs less than half the memory, in 8 parts less than a third', () => {
  const peak = (parts: number) => Number(execFileSync(process.execPath, [program, String(parts)]));
  const peaks = [1, 2, 4, 8].map(peak);
  console.log(`peak MiB in 1, 2, 4 and 8 parts: ${peaks.join(', ')}`);
  expect(peaks[2]! / peaks[0]!).toBeLessThan(1 / 2);
  expect(peaks[3]! / peaks[0]!).toBeLessThan(1 / 3);
}, 600_000);
