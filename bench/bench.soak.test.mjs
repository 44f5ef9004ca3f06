// Every side of every comparison runs once, at the smallest size. The test only checks that each prints a time or a rate.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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

// Rehearses the GPU benchmark on the CPU: every part prints its table, and a second call finds nothing to do.
test.skipIf(prepared.python === undefined)('the table for a GPU', { timeout: 1_200_000 }, () => {
  const main = fileURLToPath(new URL('gpu/main.mjs', import.meta.url));
  const out = join(folder, 'gpu.md');
  const rehearse = () => {
    const where = ['--device', 'cpu', '--cache', join(folder, 'gpu'), '--out', out];
    execFileSync(process.execPath, [main, ...where], {
      stdio: 'ignore',
      env: { ...process.env, PYTHON: prepared.python },
    });
    return readFileSync(out, 'utf8');
  };
  const first = rehearse();
  expect(first).not.toMatch(/Not run|failed|DISAGREES|NaN/);
  expect(first.match(/^\| ConvColumn[5-9] \| [\d.]+ % \|/gm)).toHaveLength(5);
  // What it measured is the same, so it was not measured again.
  expect(rehearse()).toBe(first);
});

describe('each comparison', () => {
  test.each(cases(prepared))('$name', async (one) => {
    const { ours, peers } = await compare(one, 1, () => undefined, { warmUp: false });
    for (const { median } of [ours, ...peers.map(({ value }) => value)]) expect(median).toBeGreaterThan(0);
    expect(peers).toHaveLength(one.peers.filter(({ side }) => side).length);
  });
});
