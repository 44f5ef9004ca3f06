import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { withRunLock } from './lock.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-lock-'));
const file = join(folder, 'training.lock');
afterAll(() => rmSync(folder, { recursive: true }));

test('a second training is refused and told who holds the folder, the lock goes with the first', async () => {
  await withRunLock(folder, async () => {
    await expect(withRunLock(folder, async () => {})).rejects.toThrow(`received process ${process.pid} on`);
    expect(existsSync(file)).toBe(true);
  });
  expect(existsSync(file)).toBe(false);
});

test('the lock goes when the work fails', async () => {
  await expect(withRunLock(folder, () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  expect(existsSync(file)).toBe(false);
});

test('the lock of a process that is gone is taken over, that of another machine is not', async () => {
  writeFileSync(file, `${hostname()} 4194303999\n`);
  await expect(withRunLock(folder, async () => 'done')).resolves.toBe('done');
  writeFileSync(file, 'another-machine 1\n');
  await expect(withRunLock(folder, async () => {})).rejects.toThrow(
    /process 1 on another-machine; wait for it/,
  );
});
