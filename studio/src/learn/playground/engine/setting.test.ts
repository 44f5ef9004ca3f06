import { expect, test } from 'vitest';
import { defaults, linkOf, MOST_STEPS, momentOf } from './setting.js';

test('a link brings back every choice, and says only what differs from the defaults', () => {
  const moment = {
    setting: {
      motion: 'turning',
      frames: 12,
      depth: 5,
      layers: 3,
      channels: 16,
      augmentation: 'mirror',
      rate: 0.03,
      seed: 77,
    },
    step: 120,
    clip: 4,
    tour: 2,
  } as const;
  expect(momentOf(linkOf(moment), 6)).toEqual(moment);
  expect(linkOf({ setting: defaults, step: 0, clip: 0, tour: 0 })).toBe('');
  expect(linkOf({ setting: { ...defaults, depth: 1 }, step: 5, clip: 0, tour: 0 })).toBe('depth=1&step=5');
});

test.each(['', 'depth=2&frames=1e9', 'seed=-1&motion=__proto__', 'step=x&tour=&&=', '%%%'])(
  'what means nothing in a link is the default: %s',
  (link) => {
    expect(momentOf(link, 6)).toEqual({ setting: defaults, step: 0, clip: 0, tour: 0 });
  },
);

test('a link cannot ask for more than the page would train', () => {
  expect(momentOf('step=99999&tour=99', 6)).toMatchObject({ step: MOST_STEPS, tour: 6 });
});
