/** The completion scripts in the shells themselves, in a folder with a run; a shell that is not installed is skipped. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { networks } from '../model/registry.js';
import { COMMANDS } from './commands.js';
import { SHELLS, type Shell } from './completion.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'kinora-completion-'));
const script = (shell: Shell): string => join(folder, `.script.${shell}`);
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  mkdirSync(join(folder, 'runs/demo'), { recursive: true });
  for (const file of ['runs/demo/config.json', 'clip.mp4']) writeFileSync(join(folder, file), '{}');
  for (const shell of SHELLS) {
    let text = '';
    const writing = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      text += chunk;
      return true;
    });
    const status = await run(['completion', shell]);
    writing.mockRestore();
    expect(status).toBe(0);
    writeFileSync(script(shell), text);
  }
});

const shells = (name: string): boolean => spawnSync(name, ['-c', 'true']).status === 0;

const bash = (words: readonly string[]): string => `source ${script('bash')}
COMP_WORDS=(kinora ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_kinora; printf '%s\\n' "\${COMPREPLY[@]}"`;

const fish = (words: readonly string[]): string =>
  `source ${script('fish')}; complete -C 'kinora ${words.join(' ')}'`;

/** The script's own decisions: what it would offer, printed by stand-ins of zsh's functions. */
const zsh = (words: readonly string[]): string => `compdef() {}
_describe() { if [[ $2 == commands ]]; then print -l -- $commands; else print -- $2; fi }
_arguments() { print -l -- "$@"; }
source ${script('zsh')}
words=(kinora ${words.map((word) => `'${word}'`).join(' ')}); CURRENT=$#words; _kinora`;

const ASK = { bash, fish, zsh };
const complete = (shell: Shell, ...words: string[]): string[] =>
  execFileSync(shell, ['-c', ASK[shell](words)], { cwd: folder, encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.split('\t')[0]!);

describe.each(['bash', 'fish'] as const)('%s', (shell) => {
  const installed = shells(shell);
  const missing = installed ? '' : ` (skipped: no ${shell})`;

  test.skipIf(!installed)(`commands${missing}`, () => {
    expect(complete(shell, '')).toEqual(expect.arrayContaining(COMMANDS.map(({ name }) => name)));
    expect(complete(shell, 'ev')).toEqual(['eval']);
    expect(complete(shell, 'studio', 'bui')).toContain('build');
  });

  test.skipIf(!installed)(`flags, only those of the command${missing}`, () => {
    expect(complete(shell, 'eval', '--')).toEqual(
      expect.arrayContaining(['--config', '--set', '--gpus', '--use-gpu', '--help']),
    );
    expect(complete(shell, 'eval', '--res')).not.toContain('--resume');
    expect(complete(shell, 'train', '--res')).toEqual(expect.arrayContaining(['--resume', '--resume-from']));
    expect(complete(shell, 'studio', 'build', '--')).not.toContain('--port');
    expect(complete(shell, 'predict', '--che')).not.toContain('--checkpoint'); // of earlier releases
  });

  test.skipIf(!installed)(`networks, run folders and values${missing}`, () => {
    for (const command of ['models', 'compare'])
      expect(complete(shell, command, 'TSN').sort()).toEqual(
        networks.flatMap(({ name }) => (name.startsWith('TSN') ? [name] : [])).sort(),
      );
    expect(complete(shell, 'config', 'augment.fl')).toEqual(['augment.flip']);
    expect(complete(shell, 'config', 'batch')).toEqual(['batchSize']);
    for (const words of [['eval'], ['studio', 'build'], ['ensemble']])
      expect(complete(shell, ...words, 'runs/')).toContain('runs/demo');
    expect(complete(shell, 'export', 'runs/demo', '--format', '').sort()).toEqual([
      'onnx',
      'onnx-train',
      'page',
      'pt',
      'safetensors',
    ]);
    expect(complete(shell, 'train', '--use-gpu', 'F')).toEqual(['False']);
    expect(complete(shell, 'completion', '').sort()).toEqual(['bash', 'fish', 'zsh']);
  });
});

const noZsh = !shells('zsh');
test.skipIf(noZsh)(`zsh${noZsh ? ' (skipped: no zsh)' : ''}: the script parses and offers the same`, () => {
  execFileSync('zsh', ['-n', script('zsh')]);
  expect(complete('zsh', '').map((line) => line.split(':')[0])).toEqual(COMMANDS.map(({ name }) => name));
  const evaluation = complete('zsh', 'eval', '').join('\n');
  expect(evaluation).toContain('--config[');
  expect(evaluation).toContain('*:word:_kinora_runs');
  expect(evaluation).not.toContain('--resume');
  expect(complete('zsh', 'models', '').join('\n')).toContain(networks[0]!.name);
  expect(complete('zsh', 'studio', 'build', '').join('\n')).not.toContain('--port');
});
