import { expect, test } from 'vitest';
import { sendingOf } from './hidden.mjs';

test('communication before the last gradient is hidden, the rest is not', () => {
  const one = [
    { sent: 0, returned: 4 },
    { sent: 10, returned: 16 },
  ];
  expect(sendingOf([one])).toEqual({ sending: 10, exposed: 6 });
});

test('a bucket is in flight once the last rank has sent it; overlapping buckets count once', () => {
  const first = [
    { sent: 0, returned: 9 },
    { sent: 6, returned: 9 },
  ];
  const second = [
    { sent: 4, returned: 8 },
    { sent: 7, returned: 10 },
  ];
  expect(sendingOf([first, second])).toEqual({ sending: 6, exposed: 3 });
});
