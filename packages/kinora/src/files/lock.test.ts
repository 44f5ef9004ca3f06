import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { withLock } from './lock.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-lock-'));
const file = join(folder, 'training.lock');
const words = { code: 'test/locked', expected: 'nobody else here' };
afterAll(() => rmSync(folder, { recursive: true }));

test('who comes second is refused and told who holds the lock, which goes with the first', async () => {
  await withLock(file, words, async () => {
    await expect(withLock(file, words, async () => {})).rejects.toThrow(
      `expected nobody else here, received process ${process.pid} on`,
    );
    expect(existsSync(file)).toBe(true);
  });
  expect(existsSync(file)).toBe(false);
});

test('the lock goes when the work fails', async () => {
  await expect(withLock(file, words, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(existsSync(file)).toBe(false);
});

test('the lock of a process that is gone is taken over, that of another machine is not', async () => {
  writeFileSync(file, `${hostname()} 4194303999\n`);
  await expect(withLock(file, words, async () => 'done')).resolves.toBe('done');
  writeFileSync(file, 'another-machine 1\n');
  await expect(withLock(file, words, async () => {})).rejects.toThrow(
    /process 1 on another-machine; wait for it/,
  );
});
