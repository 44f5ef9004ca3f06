import { expect, test } from 'vitest';
import { table } from './table.mjs';

test('a table shows what missed its target, and what has no peer', () => {
  const spread = { median: 2, low: 1, high: 3 };
  const side = { program: '', args: [] };
  const base = { what: 'w', unit: 'ms', better: /** @type {const} */ ('less'), ours: side };
  const peer = { name: 'other', value: spread, ratio: spread, target: 3 };
  const text = table([
    {
      case: { ...base, name: 'a', peers: [{ name: 'other', side }] },
      rounds: 1,
      ours: spread,
      peers: [peer],
    },
    { case: { ...base, name: 'b', peers: [], limit: 2 }, rounds: 1, ours: spread, peers: [] },
  ]);
  expect(text).toContain('| **2.00** (1.00 to 3.00) | 3, missed |');
  expect(text).toContain('| b: w | 2 ms (1 to 3) | | | at most 2 ms |');
});
