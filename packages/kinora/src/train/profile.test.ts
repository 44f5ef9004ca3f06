import { describe, expect, test, vi } from 'vitest';
import { silent } from '../progress.js';
import { advice, describeProfile, PHASES, type Phase, StepProfile } from './profile.js';
import { trainRun } from './run.js';
import { TinyData } from './tiny-run.test.util.js';

const facts = { batchSize: 4, workers: 1, cores: 2, device: 'cpu' } as const;
const timesOf = (part: Partial<Record<Phase, number>>) =>
  ({ ...Object.fromEntries(PHASES.map((phase) => [phase, 0])), ...part }) as Record<Phase, number>;

describe('advice', () => {
  test.each([
    [{ data: 50, forward: 50 }, 'raise workers'],
    [{ optimizer: 50, forward: 50 }, 'batchSize'],
    [{ logging: 20, forward: 80 }, 'histograms'],
    [{ between: 50, forward: 50 }, 'validation'],
    [{ forward: 30, backward: 69, data: 1 }, 'a GPU'],
  ])('%j', (times, words) => {
    expect(advice(timesOf(times), facts).join()).toContain(words);
  });

  test('no more threads than cores are advised', () => {
    expect(advice(timesOf({ data: 1 }), { ...facts, workers: 2 }).join()).not.toContain('workers');
  });
});

test('the first steps do not count, and each lap is the time since the one before', () => {
  const clock = vi.spyOn(performance, 'now');
  let now = 0;
  clock.mockImplementation(() => now);
  const profile = new StepProfile('cpu');
  for (const step of [1, 2, 3, 4]) {
    now += step < 3 ? 1000 : 3;
    profile.lap('forward');
    now += 1;
    profile.lap('logging');
  }
  clock.mockRestore();
  expect(profile.steps).toBe(2);
  expect(profile.times).toEqual(timesOf({ forward: 6, logging: 2 }));
  expect(describeProfile(profile, facts).join('\n')).toMatch(
    /1000\.0 clips\/s.*forward and loss +3\.0 ms +75\.0 %/s,
  );
});

test('a profiled run trains as any other, and tells where its time went', async () => {
  const data = new TinyData();
  const lines: string[] = [];
  const progress = { ...silent, log: (line: string) => lines.push(line) };
  const plain = await trainRun(data.config('plain'));
  const profiled = await trainRun(data.config('profiled'), { progress, profile: true });
  expect(profiled.best).toEqual(plain.best);
  const text = lines.join('\n');
  for (const words of ['waiting for data', 'forward and loss', 'backward', 'optimizer', '->'])
    expect(text).toContain(words);
  data.remove();
});
