import { existsSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { temporaryFolder } from './fabricate.test.util.mjs';
import { withLock } from './lock.mjs';
import { run } from './run.mjs';
import { createSay } from './say.mjs';

describe('run', () => {
  test('gives exit status and both outputs', async () => {
    const outcome = await run('sh', ['-c', 'echo out; echo err >&2; exit 3']);
    expect(outcome).toEqual({ code: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  test('a program that is not there is status 127, not an exception', async () => {
    expect((await run('/nowhere/program', [])).code).toBe(127);
  });

  test('a program that a signal ends is 128 + the signal', async () => {
    expect((await run('sh', ['-c', 'kill -9 $$'])).code).toBe(137);
  });

  test('stops a program and its children when its time is up', async () => {
    const mark = join(temporaryFolder(), 'mark');
    const { code } = await run('sh', ['-c', `(sleep 1; touch ${mark}) & sleep 30`], { timeout: 200 });
    expect(code).toBe(124);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(existsSync(mark)).toBe(false);
  });

  test('hands over the lines as they come, also those ended by a carriage return', async () => {
    /** @type {string[]} */
    const lines = [];
    await run('printf', ['one\\rtwo\\nthree\\n'], { onLine: (line) => lines.push(line) });
    expect(lines).toEqual(['one', 'two', 'three']);
  });
});

describe('withLock', () => {
  test('one at a time, in whichever order', async () => {
    const file = join(temporaryFolder(), 'lock');
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside--;
    };
    const waited = vi.fn();
    await Promise.all([withLock(file, work, waited), withLock(file, work, waited)]);
    expect(most).toBe(1);
    expect(waited).toHaveBeenCalledExactlyOnceWith(String(process.pid));
    expect(existsSync(file)).toBe(false);
  });

  test('a lock whose holder has died is taken over', async () => {
    const file = join(temporaryFolder(), 'lock');
    const { stdout: pid } = await run('sh', ['-c', 'echo $$']);
    writeFileSync(file, JSON.stringify({ pid: pid.trim(), host: hostname() }));
    expect(await withLock(file, async () => 'done')).toBe('done');
  });

  test('is given back when the work fails', async () => {
    const file = join(temporaryFolder(), 'lock');
    const failing = withLock(file, async () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(existsSync(file)).toBe(false);
  });
});

describe('createSay', () => {
  /** @param {boolean} isTTY @param {number} duration ms */
  async function said(isTTY, duration) {
    vi.useFakeTimers();
    try {
      let text = '';
      const say = createSay({ isTTY, write: (part) => (text += part) });
      const task = say.task('Baking', async (update) => {
        update('1 of 2');
        await new Promise((resolve) => setTimeout(resolve, duration));
      });
      await vi.advanceTimersByTimeAsync(duration);
      await task;
      return text;
    } finally {
      vi.useRealTimers();
    }
  }

  test('is silent about what takes less than two seconds', async () => {
    expect(await said(false, 1900)).toBe('');
    expect(await said(true, 1900)).toBe('');
  });

  test('prints a plain line after two seconds, then every ten, outside a terminal', async () => {
    expect(await said(false, 21_000)).toBe(
      'Baking · 1 of 2 · 2 s\nBaking · 1 of 2 · 10 s\nBaking · 1 of 2 · 20 s\nBaking · done in 21 s\n',
    );
  });

  test('rewrites one line on a terminal', async () => {
    const text = await said(true, 4000);
    expect(text).toContain('\r\x1b[2KBaking · 1 of 2 · 3 s');
    expect(text.endsWith('\r\x1b[2KBaking · done in 4 s\n')).toBe(true);
  });
});
