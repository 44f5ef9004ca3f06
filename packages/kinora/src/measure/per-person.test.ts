import { expect, test } from 'vitest';
import { accuracyByPerson } from './per-person.js';

test('the worst person comes first, and the interval is over people', () => {
  const right = [1, 1, 0, 1, 0, 0];
  const { people, top1 } = accuracyByPerson(
    {
      logits: Float32Array.from(right.flatMap((one) => [one, 0.5])),
      targets: new Int32Array(6),
    },
    2,
    { groups: Int32Array.of(0, 0, 1, 1, 2, 2), names: ['ann', 'bob', 'eve'] },
  );
  expect(people).toEqual([
    { person: 'eve', clips: 2, top1: 0 },
    { person: 'bob', clips: 2, top1: 0.5 },
    { person: 'ann', clips: 2, top1: 1 },
  ]);
  expect(top1.value).toBe(0.5);
  expect(top1.low).toBeLessThan(0.2);
  expect(top1.high).toBeGreaterThan(0.8);
});
