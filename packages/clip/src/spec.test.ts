/** The preprocessing spec: defaults and what bad ones say. */
import { expect, test } from 'vitest';

import { clipLength, defaultSpec, parseSpec, specDefaults } from './spec.js';

test("the defaults are the tutorial's", () => {
  const spec = defaultSpec(['a', 'b']);
  expect(spec).toMatchObject({
    frameRate: 12,
    frames: 18,
    stride: 2,
    clips: 1,
    sampling: 'dense',
    pad: 'zeros',
  });
  expect(spec.crop).toEqual({ height: 84, width: 84 });
  expect(spec.labels).toEqual(['a', 'b']);
  expect(parseSpec(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  expect([clipLength(spec), clipLength({ ...spec, clips: -1 })]).toEqual([18, undefined]);
});

test('every default spec is a copy of its own', () => {
  const changed = defaultSpec();
  Object.assign(changed.crop, { height: 1 });
  Object.assign(changed.mean, [1, 1, 1]);
  Object.assign(changed.flipMap, { left: 'right' });
  expect(defaultSpec()).toEqual(specDefaults);
  expect(specDefaults.crop).toEqual({ height: 84, width: 84 });
});

test('bad specs name the field', () => {
  expect(() => parseSpec({ frame: 16 })).toThrow(
    'expected only known fields, received "frame"; did you mean "frames"?',
  );
  expect(() => parseSpec({ crop: { height: 'big', width: 84 } }, 'model.json')).toThrow(
    'model.json.crop.height: expected',
  );
  expect(() => parseSpec({ std: [1, 0, 1] })).toThrow('preprocessing spec.std.1');
  expect(() => parseSpec({ clips: 0 })).toThrow('a positive number, or -1');
});
