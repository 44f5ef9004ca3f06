/** Two hundred damaged files of every format: each is still read, or refused in one printable line. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { loadConfig } from './config/load.js';
import { readClipList } from './data/lists/annotations.js';
import { readLabels } from './data/lists/labels.js';
import { isPack } from './data/pack/read-pack.js';
import { readNpy } from './files/npy.js';
import { readRecord } from './files/record.js';
import { folder, packTargets, removeFolder, targets } from './mutated.targets.test.util.js';
import { attack } from './mutated.test.util.js';

afterAll(removeFolder);

test.each([...targets, ...(await packTargets())])('$name', async (target) => {
  const { read, refused } = await attack(target, 200);
  expect(read + refused).toBe(200);
});

describe.skipIf(process.platform === 'win32')('pipes and devices', () => {
  const pipe = join(folder, 'pipe');
  const readers: [string, (path: string) => unknown][] = [
    ['a configuration', (path) => loadConfig(path)],
    ['a list', (path) => readClipList(path, folder)],
    ['labels', readLabels],
    ['a record', (path) => readRecord(path, z.object({}))],
    ['npy', readNpy],
  ];
  test.each(readers)('%s', async (_, read) => {
    execFileSync('mkfifo', [pipe]);
    try {
      await expect(async () => read(pipe)).rejects.toThrow(
        /pipe: expected .*, received a pipe; write it to a file first/,
      );
      await expect(async () => read('/dev/zero')).rejects.toThrow(/zero: expected .*, received a device/);
      await expect(async () => read(folder)).rejects.toThrow(/expected .*, received a folder/);
    } finally {
      rmSync(pipe);
    }
  });

  test('a pipe is no pack', () => {
    execFileSync('mkfifo', [pipe]);
    expect(isPack(pipe)).toBe(false);
    rmSync(pipe);
    expect(isPack('/dev/zero')).toBe(false);
  });
});
