import { expect, test } from 'vitest';
import { recipeFor } from './recipe.js';
import type { Scan, ScannedClip } from './scan.js';

/** Clips of two classes by two people; the parts as given, in turn. */
function scanOf(...parts: ScannedClip['part'][]): Scan {
  const clips = parts.map((part, i): ScannedClip => {
    const [label, person] = [i % 2 === 0 ? 'Wave' : 'Clap', i % 4 < 2 ? 'anna' : 'ben'];
    const id = `${label}/${person}-${i}.mp4`;
    const file = { path: id, bytes: 1, modified: 0, version: '1', facts: undefined, problem: undefined };
    return { id, class: label, person, part, ...file };
  });
  const listed = { train: parts.includes('train'), validation: parts.includes('validation') };
  return { clips, classes: ['Clap', 'Wave'], revision: '1', faults: [], gone: 0, listed };
}

test('before a split all clips are for training; after it, those of the list', () => {
  const all = recipeFor(scanOf(undefined, undefined, undefined, undefined));
  expect(all.clips).toEqual({ train: 4, validation: 0, classes: 2, people: 2 });
  expect(all.settings).toMatchObject({ batchSize: 4 });
  expect(all.settings).not.toHaveProperty('patience');

  const split = recipeFor(scanOf('train', 'train', 'validation', 'validation', undefined));
  expect(split.clips).toEqual({ train: 2, validation: 2, classes: 2, people: 2 });
  expect(split.settings).toMatchObject({ batchSize: 2, patience: 25 });
});
