import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { effectiveConfig } from '../../config/index.js';
import { normalizeArgv } from './argv.js';
import { configOf, modeOf, type RunFlags, withRunFlags } from './run-flags.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-flags-'));
writeFileSync(join(folder, 'config.json'), JSON.stringify(effectiveConfig({ model_name: 'mine', lr: 0.1 })));
afterAll(() => rmSync(folder, { recursive: true }));

function parse(line: string): RunFlags {
  const command = withRunFlags(new Command('train'));
  command.parse(normalizeArgv(line.split(' '), command.options), { from: 'user' });
  return command.opts();
}

describe("the starting point's own lines", () => {
  test.each([
    ['--config configs/config.json -g 0', 'train', { gpus: [0] }],
    ['--config configs/config.json -g 0,1 --resume True', 'train', { resume: true, gpus: [0, 1] }],
    ['--eval_only True --resume True --config configs/config.json -g 0', 'eval', { resume: true }],
    ['--config configs/config.json --test_only True', 'test', {}],
    ['-c configs/config.json -e True -r True --use_gpu False', 'eval', { useGpu: false }],
    ['-c configs/config.json --eval_only False', 'train', {}],
  ])('%s', (line, mode, flags) => {
    expect(modeOf(parse(line))).toBe(mode);
    expect(parse(line)).toMatchObject({ config: 'configs/config.json', ...flags });
  });

  test('two kinds of work at once', () => {
    expect(() => modeOf(parse('-e -t'))).toThrow('kinora train: expected one kind of work');
  });
});

describe('the configuration', () => {
  test('of a run folder, with changes', async () => {
    const config = await configOf({ set: ['lr=0.5'] }, 'eval', folder);
    expect(config).toMatchObject({ lr: 0.5, checkpoint: null });
    expect(join(config.output_dir, config.model_name)).toBe(folder); // wherever it lay when it was made
  });

  test('must be given', async () => {
    await expect(configOf({}, 'train')).rejects.toThrow(
      'kinora train: expected --config with a JSON file, received nothing',
    );
    await expect(configOf({}, 'eval')).rejects.toThrow('kinora eval: expected a run folder, or --config');
  });

  test('a folder that is no run', async () => {
    await expect(configOf({}, 'eval', join(folder, 'no'))).rejects.toThrow(
      /no\/config\.json: expected a JSON file/,
    );
  });
});
