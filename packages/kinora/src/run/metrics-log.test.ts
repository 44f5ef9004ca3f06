import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readKernels } from './first-kernels.js';
import { epochMetrics, MetricsLog, type MetricsRecord, readMetrics, truncateMetrics } from './metrics-log.js';
import { canMount, withTinyDisk } from './tiny-disk.test.util.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kinora-metrics-'));
  path = join(folder, 'metrics.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(...records: MetricsRecord[]): void {
  const log = new MetricsLog(path);
  for (const record of records) log.write(record);
  log.flush();
  log.close();
}

test('every bit of a number, NaN and infinities, text', () => {
  const records = [
    { step: 1, loss: 0.1 + 0.2, tiny: 5e-324, epoch: 1, phase: 'train' },
    { step: 2, loss: Number.NaN, lr: Infinity, low: -Infinity, none: null, best: true },
  ];
  write(...records);
  expect(readMetrics(path)).toEqual(records);
  expect(readFileSync(path, 'utf8').split('\n')[1]).toContain('"loss":"NaN"');
});

test('a run folder stands for its log; its epochs are the records that end one', () => {
  write({ step: 1, loss: 2 }, { step: 2, loss: 1 }, { step: 2, finished_epoch: 1, loss: 1.5, val_top1: 0.5 });
  expect(readMetrics(folder)).toEqual(readMetrics(path));
  expect(epochMetrics(folder)).toEqual([{ step: 2, epoch: 1, loss: 1.5, val_top1: 0.5 }]);
  expect(epochMetrics(join(folder, 'another'))).toEqual([]);
  expect(() => readMetrics(join(folder, 'another'))).toThrow(/another: expected a readable metrics file/);
});

describe('resume', () => {
  test('cut back, continued', () => {
    write({ step: 1 }, { step: 2 }, { step: 2, phase: 'val' }, { step: 3 });
    expect(truncateMetrics(path, 2)).toBe(1);
    write({ step: 3, again: true });
    expect(readMetrics(path)).toEqual([
      { step: 1 },
      { step: 2 },
      { step: 2, phase: 'val' },
      { step: 3, again: true },
    ]);
  });

  test('a torn last line is dropped, when cut and when continued', () => {
    write({ step: 1 });
    appendFileSync(path, '{"step":2,"lo');
    expect(readMetrics(path)).toEqual([{ step: 1 }]);
    write({ step: 2 });
    expect(readMetrics(path)).toEqual([{ step: 1 }, { step: 2 }]);
    appendFileSync(path, '\0\0\0');
    expect(truncateMetrics(path, 5)).toBe(0);
    expect(readFileSync(path, 'utf8')).toBe('{"step":1}\n{"step":2}\n');
  });

  test('nothing to drop: the file is not touched; no file: none is made', () => {
    expect(truncateMetrics(path, 5)).toBe(0);
    expect(existsSync(path)).toBe(false);
    write({ step: 1 });
    const before = statSync(path).ino;
    truncateMetrics(path, 1);
    expect(statSync(path).ino).toBe(before);
  });
});

test.each([
  ['{"step":1', '{"step":1'],
  ['{"loss":1}', '{"loss":1}'],
  ['[1]', '[1]'],
  ['{"step":"x"}', '{"step":"x"}'],
])('a damaged line in the middle is named: %s', (line, received) => {
  writeFileSync(path, `{"step":1}\n${line}\n{"step":2}\n`);
  expect(() => readMetrics(path)).toThrow(
    `${path}:2: expected a JSON object with a step, received ${received}`,
  );
});

test('damage is quoted shortened, on one line, without characters that a terminal obeys', () => {
  writeFileSync(path, `{"step":1}\n\u001b[2J\r{"a":\t${'x'.repeat(500)}\n{"loss":"${'y'.repeat(500)}"}\n`);
  expect(() => readMetrics(path)).toThrow(/:2: expected .*received \\u001b\[2J\\r\{"a":\\tx{1,60}\.\.\.$/);
  writeFileSync(path, `{"loss":"${'y'.repeat(500)}"}\n`);
  expect(() => readMetrics(path)).toThrow(/:1: expected .*y\.\.\.$/);
});

describe('the log of kernels', () => {
  const float32 = (count: number) => Buffer.alloc(4 * count).toString('base64');
  const record = { step: 1, finished_epoch: 1, name: 'conv.weight', shape: '2,3,1,1', float32: float32(6) };

  test('is read', () => {
    write(record);
    expect(readKernels(path)).toEqual([
      { epoch: 1, name: 'conv.weight', shape: [2, 3, 1, 1], values: new Float32Array(6) },
    ]);
  });

  test.each<[string, Partial<MetricsRecord>, string]>([
    ['too few values', { float32: float32(5) }, 'epoch 1, shape 2,3,1,1 and 20 bytes'],
    ['a part of a value', { float32: 'AAAA' }, 'epoch 1, shape 2,3,1,1 and 3 bytes'],
    ['no values', { float32: null }, 'epoch 1, shape 2,3,1,1 and 3 bytes'],
    ['no shape', { shape: 'a,b' }, 'epoch 1, shape a,b and 24 bytes'],
    ['a negative shape', { shape: '-2,-3,1,1' }, 'epoch 1, shape -2,-3,1,1 and 24 bytes'],
    ['a step', { finished_epoch: null }, 'epoch null, shape 2,3,1,1 and 24 bytes'],
  ])('%s: refused with the line', (_, changes, received) => {
    write(record, { ...record, ...changes });
    expect(() => readKernels(path)).toThrow(
      `${path}:2: expected an epoch, a shape and as many float32 values as the shape has, received ${received}; delete the file`,
    );
  });
});

test('a folder that is not there', () => {
  const missing = join(folder, 'none', 'metrics.jsonl');
  expect(() => new MetricsLog(missing)).toThrow(
    `${missing}: expected a log file to write to, received no such`,
  );
});

test.skipIf(!canMount)(
  'a full disk: one clear error, whole records only (needs the right to mount a tmpfs)',
  () => {
    withTinyDisk(16, (disk) => {
      const log = new MetricsLog(join(disk, 'metrics.jsonl'));
      const record = (step: number): MetricsRecord => ({ step, text: 'x'.repeat(700) });
      let step = 0;
      const fill = () => {
        for (; step < 100; step++) log.write(record(step));
      };
      expect(fill).toThrow(
        'metrics.jsonl: expected room for a log record, received a full disk; free some space',
      );
      log.close();
      expect(readFileSync(log.path, 'utf8').endsWith('}\n')).toBe(true);
      expect(readMetrics(log.path)).toEqual(Array.from({ length: step }, (_, i) => record(i)));
      expect(step).toBeGreaterThan(10);
    });
  },
);
