import { expect, test } from 'vitest';
import { adviceOn } from './advice.js';

const [count, height, width] = [6, 4, 4];
const frames = (level: (frame: number, pixel: number) => number) => ({
  data: Uint8Array.from({ length: count * height * width * 3 }, (_, i) =>
    level(Math.floor(i / (height * width * 3)), i % (height * width * 3)),
  ),
  count,
  height,
  width,
});

test.each([
  ['a hand that moves', frames((t, p) => (p % 6 === t ? 220 : 90)), ''],
  ['a dark room', frames((t, p) => (p % 6 === t ? 40 : 8)), 'It is dark'],
  ['nobody', frames((t, p) => 90 + ((t + p) % 2)), 'Hardly anything moves'],
])('%s: “%s”', (_, recording, said) => {
  const advice = adviceOn(recording);
  if (said === '') expect(advice).toBe('');
  else expect(advice).toContain(said);
});
