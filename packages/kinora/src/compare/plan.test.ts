/** What rows a comparison has, and that the settings it prints are the configurations it trains. */
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../config/index.js';
import { wilson } from '../measure/intervals.js';
import { findNetwork } from '../model/registry.js';
import { TinyData } from '../train/tiny-run.test.util.js';
import { parseCandidates } from './candidate.js';
import { inputSettings, planRows, rowCommand } from './plan.js';

const data = new TinyData();
afterAll(() => data.remove());

describe('candidates', () => {
  test('names, patterns, and settings whose values may hold commas', () => {
    const words = ['ConvColumn6', 'SingleFrameS*', 'ConvColumnSmall:lr=0.1,augment.scale=[1,2],seed=3'];
    expect(parseCandidates(words).map(({ name, settings }) => [name, settings])).toEqual([
      ['ConvColumn6', []],
      ['SingleFrameSmall', []],
      ['ConvColumnSmall-lr=0.1-augment.scale=_1_2_-seed=3', ['lr=0.1', 'augment.scale=[1,2]', 'seed=3']],
    ]);
  });

  test.each([
    ['ConvColum6', 'the nearest name is "ConvColumn6"'],
    ['Column*', 'expected a pattern that matches a network, received "Column*"'],
    ['ConvColumn6:fast', 'expected NETWORK or NETWORK:key=value,key=value, received "fast"'],
  ])('%s is refused', (word, message) => {
    expect(() => parseCandidates([word])).toThrow(message);
  });

  test('nobody comes twice', () => {
    expect(() => parseCandidates(['SingleFrameS*', 'SingleFrameSmall'])).toThrow('SingleFrameSmall again');
  });
});

describe('rows', () => {
  const config = data.configFile('base', { frames: 16, stride: 2 });
  const candidates = parseCandidates(['resnet18', 'ConvColumnSmall:lr=0.5']);

  test('every network with a seed before the next seed; own settings win', async () => {
    const plan = { config, candidates, seeds: [1, 2], budget: { steps: 7 }, set: ['lr=0.25'], runs: 'there' };
    const rows = await planRows(plan);
    expect(
      rows.map(({ config: { name, model, seed, lr, maxSteps, epochs, outputDir, frames } }) =>
        [outputDir, name, model, frames, seed, lr, maxSteps, epochs].join(' '),
      ),
    ).toEqual([
      'there resnet18-seed1 resnet18 1 1 0.25 7 -1',
      'there ConvColumnSmall-lr=0.5-seed1 ConvColumnSmall 16 1 0.5 7 -1',
      'there resnet18-seed2 resnet18 1 2 0.25 7 -1',
      'there ConvColumnSmall-lr=0.5-seed2 ConvColumnSmall 16 2 0.5 7 -1',
    ]);
  });

  test('the printed settings are the row, and no more than it needs', async () => {
    const rows = await planRows({ config, candidates, seeds: [1], budget: { epochs: 2 }, runs: 'there' });
    for (const { config: row, settings } of rows)
      expect(await loadConfig(config, { set: settings })).toEqual(row);
    expect(rowCommand(rows[1]!, config)).toBe(
      `kinora train --config ${config} --set outputDir=there --set name=ConvColumnSmall-lr=0.5-seed1 ` +
        '--set model=ConvColumnSmall --set lr=0.5\n' +
        'kinora eval there/ConvColumnSmall-lr=0.5-seed1',
    );
  });

  test('settings may use the other spelling of a key', async () => {
    const set = ['batch_size=9', 'batchSize=7', 'num_workers=1'];
    const [row] = await planRows({ config, candidates, seeds: [1], set, runs: 'there' });
    expect(row!.config).toMatchObject({ batchSize: 7, workers: 1 });
    expect(row!.settings).toEqual(expect.arrayContaining(['batchSize=7', 'num_workers=1']));
    expect(row!.settings).not.toContain('batch_size=9');
  });

  test('a network sees the stretch of time that the configuration looks at', async () => {
    const base = await loadConfig(config);
    const entry = findNetwork('ConvColumnSmall');
    expect(inputSettings(entry, base)).toEqual(['frames=16', 'stride=2', 'crop=84']);
    expect(inputSettings({ ...entry, input: [8, 112, 96] }, base)).toEqual([
      'frames=8',
      'stride=4',
      'crop={"height":112,"width":96}',
    ]);
    expect(inputSettings({ ...entry, input: [64, 84, 84] }, base)).toContain('stride=1');
    expect(inputSettings({ ...entry, sampling: 'segments' }, base)).toContain('sampling=uniform');
  });
});

test('intervals are those of Wilson', () => {
  // Brown, Cai and DasGupta (2001), and R: binom::binom.wilson(285, 324), binom.wilson(0, 10), binom.wilson(10, 10)
  const close = (received: number[], expected: number[]) =>
    expected.forEach((value, i) => void expect(received[i]).toBeCloseTo(value, 4));
  close(wilson(0, 10), [0, 0.27753]);
  close(wilson(1, 10), [0.72247, 1]);
  close(wilson(0.5, 100), [0.40383, 0.59617]);
});
