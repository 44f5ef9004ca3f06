import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { BooleanOption, normalizeArgv, takeDebug, withConfig, withDevice } from './options.js';

/** Parses a line as `train` would: its options, without running anything. */
function parse(line: string) {
  const command = withDevice(withConfig(new Command('train')))
    .addOption(new BooleanOption('-e, --eval-only', 'evaluate'))
    .addOption(new BooleanOption('-t, --test-only', 'test'))
    .addOption(new BooleanOption('-r, --resume', 'continue'))
    .argument('[words...]')
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  const words = line === '' ? [] : line.split(' ');
  command.parse(normalizeArgv(words, command.options), { from: 'user' });
  return { ...command.opts(), words: command.args };
}

describe("the tutorial's command lines", () => {
  test.each([
    ['--config configs/config.json -g 0', { config: 'configs/config.json', gpus: [0], useGpu: true }],
    ['-c a.json -e True -r True -g 0,1', { config: 'a.json', evalOnly: true, resume: true, gpus: [0, 1] }],
    ['--config a.json --eval_only True --resume True', { evalOnly: true, resume: true }],
    ['--config a.json --test_only True', { testOnly: true }],
    ['--config a.json --use_gpu False', { useGpu: false }],
    ['--config=a.json --eval_only=true --gpus=1', { config: 'a.json', evalOnly: true, gpus: [1] }],
    ['-r false -t TRUE', { resume: false, testOnly: true }],
  ])('%s', (line, expected) => expect(parse(line)).toMatchObject(expected));
});

describe('spellings', () => {
  test.each(['--resume', '-r', '--resume true', '--resume=True', '-r=true', '-r TRUE', '--resume -g 0'])(
    '%s resumes',
    (line) => expect(parse(line)).toMatchObject({ resume: true }),
  );

  test.each(['--eval-only', '--eval_only', '--eval-only=TRUE'])('%s evaluates', (line) =>
    expect(parse(line)).toMatchObject({ evalOnly: true }),
  );

  test('a bare boolean does not swallow the word after it', () => {
    expect(parse('--resume runs/demo')).toMatchObject({ resume: true, words: ['runs/demo'] });
  });

  test('values keep their underscores', () => {
    expect(parse('--set workers=3 --set=augment.perFrame=true --config my_config.json')).toMatchObject({
      config: 'my_config.json',
      set: ['workers=3', 'augment.perFrame=true'],
    });
  });

  test('words after -- are left alone', () => {
    expect(parse('-r -- --use_gpu True')).toMatchObject({ useGpu: true, words: ['--use_gpu', 'True'] });
  });
});

describe('mistakes', () => {
  test.each([
    ['--resume=yes', '--resume: expected true or false, received "yes"'],
    ['-g gpu0', '--gpus: expected GPU numbers such as 0 or 0,1, received "gpu0"'],
  ])('%s', (line, message) => expect(() => parse(line)).toThrow(message));
});

test('--debug is taken out wherever it stands before --', () => {
  expect(takeDebug(['train', '--debug', '-r'])).toEqual({ debug: true, rest: ['train', '-r'] });
  expect(takeDebug(['predict', '--', '--debug'])).toEqual({
    debug: false,
    rest: ['predict', '--', '--debug'],
  });
});
