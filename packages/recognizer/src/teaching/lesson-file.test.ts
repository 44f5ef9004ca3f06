import { type PreprocessSpec, specDefaults } from '@kinora/clip';
import { expect, test } from 'vitest';
import { writeSafetensors } from '../model/safetensors.js';
import { type Lesson, readLesson, takeFor, takeGeometry, takeWindows, writeLesson } from './lesson-file.js';

const frames = (count: number, level: number) => ({
  data: Uint8Array.from({ length: count * 2 * 2 * 3 }, (_, i) => level + Math.floor(i / 12)),
  count,
  height: 2,
  width: 2,
});
const lesson: Lesson = {
  geometry: takeGeometry(specDefaults),
  gestures: [
    {
      label: 'Hi',
      takes: [
        { made: 1, frames: frames(5, 10) },
        { made: 2, frames: frames(3, 90) },
      ],
    },
    { label: 'Nothing', takes: [] },
  ],
};

test('a lesson is unchanged after saving and reading', () => {
  expect(readLesson(writeLesson(lesson), 'a.kinora')).toEqual(lesson);
});

test('recordings fit networks that see them alike or mirrored, and no others', () => {
  const data = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const take = { data, count: 1, height: 1, width: 2 };
  const [plain, mirrored] = [takeGeometry(specDefaults), takeGeometry({ ...specDefaults, mirrored: true })];
  expect(takeFor(take, plain, plain)).toBe(take);
  expect(takeFor(take, mirrored, mirrored)).toBe(take);
  for (const [made, wanted] of [
    [plain, mirrored],
    [mirrored, plain],
  ] as const)
    expect([...takeFor(take, made, wanted)!.data]).toEqual([4, 5, 6, 1, 2, 3]);
  expect([...data]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(takeFor(take, takeGeometry({ ...specDefaults, frameRate: 9 }), mirrored)).toBeUndefined();
});

const bytes = writeLesson(lesson);
const made = (metadata: Record<string, string>, tensors = new Map()) =>
  writeSafetensors({
    tensors,
    metadata: { format: 'kinora-lesson', version: '1', geometry: '{}', gestures: '[]', ...metadata },
  });
const take = (tensor: unknown, made: unknown = 1) =>
  JSON.stringify([{ label: 'a', takes: [{ tensor, made }] }]);
test.each([
  [
    'an empty file',
    new Uint8Array(),
    /a\.kinora: expected a lesson saved by Teach, received an empty file; choose/,
  ],
  ['half a file', bytes.slice(0, bytes.length - 7), /expected a lesson saved by Teach/],
  [
    'weights',
    writeSafetensors({ tensors: new Map(), metadata: {} }),
    /received a safetensors file of something else/,
  ],
  ['another version', made({ version: '9' }), /expected version 1, received version "9"; open it/],
  ['no JSON', made({ gestures: '{' }), /gestures: expected JSON/],
  ['no list', made({ gestures: '3' }), /gestures: expected a list of at most 200, received 3/],
  [
    'a name that is none',
    made({ gestures: '[{"label": 3}]' }),
    /gestures\.0\.label: expected a name of at most 200/,
  ],
  [
    'a take without frames',
    made({ gestures: take('take.1') }),
    /takes\.0\.tensor: expected the name of a tensor in the file/,
  ],
  [
    'a take without a time',
    made(
      { gestures: take('x', null) },
      new Map([['x', { dtype: 'U8', shape: [0], bytes: new Uint8Array() }]]),
    ),
    /takes\.0\.made: expected a time/,
  ],
  [
    'frames of another shape',
    made({ gestures: take('x') }, new Map([['x', { dtype: 'U8', shape: [2, 3], bytes: new Uint8Array(6) }]])),
    /expected frames, U8 \[T, H, W, 3\], received "U8" \[2, 3\]/,
  ],
])('%s is refused by name', (_, file, message) => {
  expect(() => readLesson(file, 'a.kinora')).toThrow(message);
});

test('windows start every three frames, and a short recording stays on its last one', () => {
  const spec: PreprocessSpec = { ...specDefaults, frames: 4, stride: 1, crop: { height: 2, width: 2 } };
  const starts = (clips: Uint8Array) => Array.from({ length: clips.length / 12 }, (_, i) => clips[i * 12]);
  expect(starts(takeWindows(frames(8, 0), spec))).toEqual([0, 1, 2, 3, 3, 4, 5, 6]);
  expect(starts(takeWindows(frames(2, 0), spec))).toEqual([0, 1, 1, 1]);
  expect(takeGeometry({ ...spec, mean: [0, 0, 0] })).toBe(takeGeometry(spec));
});
