import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { effectiveConfig } from '../../config/index.js';
import { makeRunFolder, runFolderOf } from '../../run/run-folder.js';
import { spread, writeKernels } from './kernels.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-kernels-'));
afterAll(() => rmSync(folder, { recursive: true }));
const config = effectiveConfig({ name: 'a', outputDir: folder });

it('keeps the first kernels of every moment, as they were logged', () => {
  expect(writeKernels(folder, config)).toBeUndefined();
  makeRunFolder(runFolderOf(config));
  const moment = (epoch: number) => Float32Array.from({ length: 40 * 2 }, (_, i) => epoch + i / 8);
  const lines = [0, 1, 2].map((epoch) => {
    const float32 = Buffer.from(moment(epoch).buffer).toString('base64');
    return JSON.stringify({ step: epoch, finished_epoch: epoch, name: 'w', shape: '40,1,2,1,1', float32 });
  });
  writeFileSync(runFolderOf(config).kernels, `${lines.join('\n')}\n`);
  const kernels = writeKernels(folder, config)!;
  expect(kernels).toMatchObject({ name: 'w', epochs: [0, 1, 2], shape: [32, 1, 2, 1, 1] });
  const bytes = new Uint8Array(readFileSync(join(folder, kernels.file)));
  const expected = [0, 1, 2].flatMap((epoch) => [...moment(epoch).subarray(0, 64)]);
  expect([...new Float32Array(bytes.buffer)]).toEqual(expected);
});

it('spreads over all of them, the first and the last among them', () => {
  expect(spread([1, 2, 3], 3)).toEqual([1, 2, 3]);
  expect(
    spread(
      Array.from({ length: 101 }, (_, i) => i),
      5,
    ),
  ).toEqual([0, 25, 50, 75, 100]);
});
