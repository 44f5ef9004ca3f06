/** Runs the fuzz program in a process of its own, so that a crash is a failure with a name. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Outcome } from './fuzz.test.program.js';

const program = fileURLToPath(new URL('./fuzz.test.program.js', import.meta.url));

/** Fails where a call neither works nor throws a KinoraError. */
export function expectOrder(seed: number, rounds: number): void {
  const { stdout, status, signal } = spawnSync(
    process.execPath,
    ['--no-warnings', program, String(seed), String(rounds)],
    { encoding: 'utf8', maxBuffer: 1e9 },
  );
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  expect({ status, signal, last: status === 0 ? '' : last }).toEqual({ status: 0, signal: null, last: '' });
  const { worked, refused, strange } = JSON.parse(last) as Outcome;
  expect(strange).toEqual([]);
  expect(worked).toBeGreaterThan(rounds * 100);
  expect(refused).toBeGreaterThan(rounds * 100);
}
