/** Clips whose sketches are close: how close, and that they are never called an error. */
import { expect, test } from 'vitest';
import type { Examined } from './check.js';
import { findingsOf } from './health.js';
import type { Project } from './project.js';
import type { Part, Scan, ScannedClip } from './scan.js';

const project = { layout: 'folders', folder: '/nowhere', clips: 'clips' } as Project;
const file = { path: '', bytes: 1, modified: 1, version: '1', facts: undefined, problem: undefined };
const clip = (name: string, person: string, part: Part): ScannedClip => ({
  ...file,
  ...{ id: `${name}/${person}-1`, class: name, person, part },
});
/** A sketch that differs from the first one in so many bits. */
const sketch = (bits: number): string =>
  Array.from({ length: 128 }, (_, digit) =>
    ((1 << Math.max(0, Math.min(4, bits - 4 * digit))) - 1).toString(16),
  ).join('');

function near(bits: number, [a, b]: readonly [ScannedClip, ScannedClip]) {
  const scan: Scan = {
    ...{ clips: [a, b], classes: ['stop', 'wave'], revision: '', faults: [], gone: 0 },
    listed: { train: true, validation: true },
  };
  const examined = new Map<string, Examined>([
    [a.id, { version: '1', sha256: 'a', sketch: sketch(0) }],
    [b.id, { version: '1', sha256: 'b', sketch: sketch(bits) }],
  ]);
  return findingsOf(project, scan, { examined }).filter(({ kind }) => kind === 'near-duplicate');
}

test('twelve bits of 512 are near, thirteen are not', () => {
  const pair = [clip('wave', 'anna', 'train'), clip('wave', 'ben', 'train')] as const;
  expect(near(12, pair)).toMatchObject([{ severity: 'note', clips: ['wave/anna-1', 'wave/ben-1'] }]);
  expect(near(13, pair)).toEqual([]);
});

test('across lists and classes they are something to look at, and no error', () => {
  const lists = near(3, [clip('wave', 'anna', 'train'), clip('wave', 'ben', 'validation')]);
  expect(lists).toMatchObject([{ severity: 'warning' }]);
  expect(lists[0]!.message).toMatch(/almost the same pictures, in training and validation.*watch them/);
  expect(near(3, [clip('wave', 'anna', 'train'), clip('stop', 'anna', 'train')])).toMatchObject([
    { severity: 'warning' },
  ]);
});
