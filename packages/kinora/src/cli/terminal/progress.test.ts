import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createProgress, formatDuration, formatRate, measureSpeed } from './progress.js';

/** A screen that records what is written, with a clock that moves when told. */
function fakeScreen(isTTY: boolean, columns = 100) {
  const clock = { seconds: 0 };
  const written = { err: '', out: '' };
  const write = (name: 'err' | 'out') => (text: string) => {
    written[name] += text;
  };
  const stream = { isTTY, columns, write: write('err') };
  const out = { write: write('out') };
  return { clock, written, screen: { stream, out, now: () => clock.seconds } };
}

describe('on a terminal', () => {
  beforeAll(() => void vi.stubEnv('TERM', 'xterm')); // whatever the tests themselves are run in
  afterAll(() => void vi.unstubAllEnvs());

  test('one bar is redrawn in place with count, speed and time left', () => {
    const { clock, written, screen } = fakeScreen(true);
    const task = createProgress(screen).task('training', { total: 200, unit: 'clips' });
    clock.seconds = 2;
    task.update(50, 'loss 1.250');
    const text = written.err.split('\u001b[2K').at(-1);
    expect(text).toBe(
      'training  ━━━━━━┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄  25 %  50/200 clips  25.0 clips/s  0:06 left  loss 1.250',
    );
    expect(written.err).not.toContain('\n');
  });

  test('is drawn at most ten times a second, but always when complete', () => {
    const { clock, written, screen } = fakeScreen(true);
    const task = createProgress(screen).task('x', { total: 1000 });
    for (let i = 1; i <= 1000; i++) {
      clock.seconds = i / 1000;
      task.update(i);
    }
    const drawings = written.err.split('\r').length - 1;
    expect(drawings).toBeGreaterThan(8);
    expect(drawings).toBeLessThan(13);
    expect(written.err).toContain('1000/1000');
  });

  test('never wraps: the last facts give way on a narrow one', () => {
    const { clock, written, screen } = fakeScreen(true, 50);
    clock.seconds = 1;
    const task = createProgress(screen).task('training', { total: 10, unit: 'clips' });
    clock.seconds = 2;
    task.update(1, 'a long note about everything');
    for (const line of written.err.split('\u001b[2K')) expect(line.length).toBeLessThan(50);
    expect(written.err).toContain('10 %');
  });

  test('a line that stays goes to stdout and the bar comes back below it', () => {
    const { written, screen } = fakeScreen(true);
    const progress = createProgress(screen);
    const task = progress.task('x', { total: 2 });
    task.update(1);
    const bar = written.err.split('\u001b[2K').at(-1)!;
    progress.log('epoch 1');
    expect(written.out).toBe('epoch 1\n');
    expect(written.err.endsWith(`\r\u001b[2K${bar}`)).toBe(true);
    task.finish('done in 2 s');
    expect(written.out).toBe('epoch 1\nx: done in 2 s\n');
    expect(written.err.endsWith('\r\u001b[2K')).toBe(true);
  });
});

describe('elsewhere', () => {
  test('plain lines come every few seconds', () => {
    const { clock, written, screen } = fakeScreen(false);
    const task = createProgress(screen).task('unpacking', { total: 100, unit: 'MB' });
    for (clock.seconds = 1; clock.seconds <= 12; clock.seconds++) task.update(clock.seconds * 5);
    expect(written.err).toBe(
      'unpacking: 25/100 MB, 5.00 MB/s, 0:15 left\nunpacking: 50/100 MB, 5.00 MB/s, 0:10 left\n',
    );
  });

  test('or every so many updates', () => {
    const { clock, written, screen } = fakeScreen(false);
    const task = createProgress(screen).task('training', { total: 60, unit: 'clips', every: 3 });
    for (let i = 1; i <= 6; i++) {
      clock.seconds = i;
      task.update(i * 10, `loss ${i}`);
    }
    task.finish('60 clips');
    expect(written.err.split('\n')).toEqual([
      'training: 30/60 clips, 10.0 clips/s, 0:03 left, loss 3',
      'training: 60/60 clips, 10.0 clips/s, 0:00 left, loss 6',
      'training: 60 clips',
      '',
    ]);
    expect(written.err).not.toContain('\u001b');
  });

  test('a task without a known total counts', () => {
    const { clock, written, screen } = fakeScreen(false);
    const task = createProgress(screen).task('reading', { unit: 'frames' });
    clock.seconds = 6;
    task.update(12);
    expect(written.err).toBe('reading: 12 frames, 2.00 frames/s\n');
  });
});

describe('speed', () => {
  test('follows a change instead of averaging since the start', () => {
    const speed = measureSpeed(0, 0);
    for (let t = 1; t <= 100; t++) speed.sample(t, t);
    for (let t = 101; t <= 130; t++) speed.sample(100 + (t - 100) * 10, t);
    expect(speed.perSecond()).toBeCloseTo(10, 5);
  });

  test('work of an earlier process does not count', () => {
    const speed = measureSpeed(5000, 10);
    expect(speed.perSecond()).toBeUndefined();
    speed.sample(5010, 12);
    expect(speed.perSecond()).toBe(5);
  });

  test.each([
    [0.4, '0:00'],
    [59.6, '1:00'],
    [754, '12:34'],
    [3723, '1:02:03'],
  ])('%d seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  test('rates have about three digits', () => {
    expect([0.42, 6.3123, 63.12, 631.4].map(formatRate)).toEqual(['0.42', '6.31', '63.1', '631']);
  });
});
