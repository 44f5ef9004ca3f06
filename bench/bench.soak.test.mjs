// Every side of every comparison still runs: once, as small as it can be. What it measures is not looked at but for being a
// time or a rate.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from 'kinora';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cases } from './cases.mjs';
import { compare } from './compare.mjs';
import { exportNetwork, libtorch, pythonWithPeers } from './prepare.mjs';

const folder = mkdtempSync(join(tmpdir(), 'kinora-bench-'));
const prepared = {
  python: await pythonWithPeers(),
  tfjs: false, // not installed for this: 200 MB
  data: join(folder, 'data'),
  onnx: exportNetwork(folder),
  libtorch: libtorch(),
};

beforeAll(async () => {
  process.env.KINORA_BENCH = 'tiny';
  await synthesize({ out: prepared.data, workers: 2, train: 1, validation: 1, test: 1, people: 10 });
});
afterAll(() => {
  delete process.env.KINORA_BENCH;
  rmSync(folder, { recursive: true });
});

describe('each comparison', () => {
  test.each(cases(prepared))('$name', async (one) => {
    const { ours, peers } = await compare(one, 1, () => undefined, { warmUp: false });
    for (const { median } of [ours, ...peers.map(({ value }) => value)]) expect(median).toBeGreaterThan(0);
    expect(peers).toHaveLength(one.peers.filter(({ side }) => side).length);
  });
});
