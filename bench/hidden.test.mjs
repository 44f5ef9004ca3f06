import { expect, test } from 'vitest';
import { sendingOf } from './hidden.mjs';

test('what is under way before the last gradient is hidden, the rest is not', () => {
  const one = [
    { off: 0, back: 4 },
    { off: 10, back: 16 },
  ];
  expect(sendingOf([one])).toEqual({ sending: 10, exposed: 6 });
});

test('a bucket is under way when the last rank has given it away; two at once count once', () => {
  const first = [
    { off: 0, back: 9 },
    { off: 6, back: 9 },
  ];
  const second = [
    { off: 4, back: 8 },
    { off: 7, back: 10 },
  ];
  expect(sendingOf([first, second])).toEqual({ sending: 6, exposed: 3 });
});
