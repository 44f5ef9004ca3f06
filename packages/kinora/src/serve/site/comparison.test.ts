import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Row } from '../../compare/compare.js';
import { writeComparison } from '../../compare/write.js';
import { effectiveConfig } from '../../config/index.js';
import { findNetwork } from '../../model/registry.js';
import { readComparison } from './comparison.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-comparison-'));
afterAll(() => rmSync(folder, { recursive: true }));

const config = effectiveConfig({ name: 'a' });
const scores = { clips: 12, top1: 0.5, top5: 0.9, order: 0.75 };
const row = (name: string, seed: number, more: Partial<Row>): Row =>
  ({ plan: { candidate: { name, network: findNetwork(name) }, seed, settings: [], config }, ...more }) as Row;
const cost = {
  ...{ parameters: 9, macs: 8, trainClipsPerSecond: 7, latencyMs: 6.5 },
  ...{ batchSize: 4, threads: 2, device: 'cpu' },
};
const result = { steps: 10, epochs: 2, bestEpoch: 2, validation: scores, test: null };

it('reads what kinora compare writes, and leaves out rows that are not finished', async () => {
  const record = { format: 'kinora-compare-row' as const, config: {}, minutes: 1 };
  const rows = [
    row('ConvColumnSmall', 1, { cost, record: { ...record, result } }),
    row('SingleFrameSmall', 1, { record }),
    row('SingleFrameSmall', 2, { error: 'stopped' }),
  ];
  await writeComparison(folder, rows, { config: 'c.json', machine: 'a machine', command: 'kinora compare' });
  expect(readComparison(folder)).toEqual([
    {
      ...{ name: 'ConvColumnSmall', network: 'ConvColumnSmall', seed: 1, steps: 10 },
      ...{ validation: scores, test: null, latency: { ms: 6.5, threads: 2, device: 'cpu' } },
    },
  ]);
});

it('is nothing where nobody has compared', () => {
  expect(readComparison(join(folder, 'nowhere'))).toBeUndefined();
});
