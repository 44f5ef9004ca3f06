/**
 * Every example of every help runs as printed, in one folder that looks like a user's after `kinora demo`: a tiny data set
 * stands in for the demo's, and the configurations are those of the project with a budget of two steps.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { distributed } from '@kinora/torch';
import type { Command } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMMANDS } from './commands.js';
import { kinora, kinoraHere } from './terminal/kinora.test.util.js';

/** Examples that cannot run here. One that disappears from the help, or that appears there, fails a test below. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'kinora demo': 'renders and trains for minutes; the continuous integration runs it',
  'kinora demo --full': 'renders and trains for many minutes',
  'kinora synth': "renders the full demo's data set for a minute; a smaller one is another example",
  'kinora train --config configs/config.json -g 0,1': 'needs Jester and two GPUs',
  'kinora studio': 'serves until Ctrl+C; the tests of the studio open one',
  'kinora studio runs/demo': 'serves until Ctrl+C; the tests of the studio open one',
  'kinora studio data/gestures': 'serves until Ctrl+C; serve/workbench tests its server',
  'kinora project record data/own film.mp4 --person anna':
    'needs a film; serve/workbench/workbench.test.ts has one',
  'kinora project cut data/own anna-1.mp4': 'needs a recording; serve/workbench/workbench.test.ts has one',
  'kinora studio build runs/demo --out site': 'needs the built studio; the tests of the studio run it',
  'kinora jester ~/downloads/jester --out data': 'needs the download of Jester',
  'kinora predict --no-mirrored webcam.mp4': 'needs a film; predict.test.ts has one',
  'kinora calibrate runs/demo': 'needs 50 validation clips; predict/calibrate.test.ts has them',
  'kinora sweep space.json --config configs/demo.json --epochs 9':
    'needs a search space; sweep/sweep.test.ts has one',
  'kinora completion bash > ~/.local/share/bash-completion/completions/kinora': "writes into the user's home",
  'kinora completion zsh > ~/.zfunc/_kinora': "writes into the user's home",
  'kinora completion fish > ~/.config/fish/completions/kinora.fish': "writes into the user's home",
};

/** What commands find that others have made: the order in which commands come first. */
const ORDER = ['synth', 'split', 'train', 'ensemble', 'crossval'];

/** Lists that `kinora split` makes and does not replace. */
const LISTS = ['train.csv', 'validation.csv', 'labels.csv', 'subjects.csv'].map(
  (name) => `data/mine/${name}`,
);

/** Clips of each list after it was rendered. */
const CLIPS = { train: 16, validation: 14, test: 4, 'test-key': 4 };

const project = fileURLToPath(new URL('../../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'kinora-help-'));
const home = process.cwd();

beforeAll(() => {
  process.chdir(folder);
  mkdirSync('configs');
  for (const name of readdirSync(join(project, 'configs'))) {
    const config = JSON.parse(readFileSync(join(project, 'configs', name), 'utf8'));
    writeFileSync(
      join('configs', name),
      JSON.stringify({ ...config, batchSize: 8, maxSteps: 2, workers: 1 }),
    );
  }
  mkdirSync('data');
  symlinkSync('tiny', 'data/gestures');
  symlinkSync('tiny', 'data/demo');
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

/** Fewer clips are enough: the lists say which. */
function shorten(name: string, clips: number): void {
  const file = `data/tiny/${name}.csv`;
  writeFileSync(file, `${readFileSync(file, 'utf8').split('\n').slice(0, clips).join('\n')}\n`);
}

/** Clips of one's own, made of the rendered ones, with the person in front of a dash. */
function makeOwnClips(): void {
  for (const [i, name] of ['wave/anna-1', 'wave/ben-1', 'stop/anna-2', 'stop/ben-2'].entries())
    cpSync(`data/tiny/clips/${i + 1}`, `data/mine/${name}`, { recursive: true });
  const people = ['wave/anna-1,anna', 'wave/ben-1,ben', 'stop/anna-2,anna', 'stop/ben-2,ben'];
  writeFileSync('people.csv', `id,subject\n${people.join('\n')}\n`);
}

/** What an app has written down that recognised one gesture in the first of the rendered streams. */
function makeGestureLog(): void {
  const [path, label] = readFileSync('data/streams/test.csv', 'utf8').split('\n')[1]!.split(',');
  const event = { path, phase: 'started', label, started: 1, ended: null };
  writeFileSync('gestures.jsonl', `${JSON.stringify(event)}\n`);
}

async function helps(): Promise<string[]> {
  const commands: Command[] = [];
  for (const { load } of COMMANDS) {
    const command = await load();
    commands.push(command, ...command.commands);
  }
  return commands.map((command) => {
    let text = '';
    command.configureOutput({ writeOut: (chunk) => (text += chunk) }).outputHelp();
    return text;
  });
}

/** The lines after `$`, without the remarks behind them. */
const examplesOf = (help: string): string[] =>
  [...help.matchAll(/^ {2}\$ (kinora .*?)(?: +#.*)?$/gm)].map((match) => match[1]!);

const all = [...new Set((await helps()).flatMap(examplesOf))];
const rank = (example: string): number =>
  (ORDER.indexOf(example.split(' ')[1]!) + ORDER.length + 1) % (ORDER.length + 1);
const examples = all.filter((example) => NOT_RUN[example] === undefined).sort((a, b) => rank(a) - rank(b));

test('every command has an example, and what is not run is an example', async () => {
  for (const help of await helps()) expect(examplesOf(help), help).not.toEqual([]);
  expect(Object.keys(NOT_RUN).filter((example) => !all.includes(example))).toEqual([]);
});

/** Words as a shell splits them. */
const wordsOf = (line: string): string[] =>
  (line.match(/(?:[^\s']|'[^']*')+/g) ?? []).map((word) => word.replaceAll("'", ''));

/** In this process, in which the engine is loaded already; processes that train together are started as a user starts them. */
async function runExample(example: string): Promise<{ status: number | null; output: string }> {
  const words = wordsOf(example).slice(1);
  const start = words.includes('--nproc') ? kinora : kinoraHere;
  const { status, stdout, stderr } = await start(folder, ...words);
  return { status, output: stdout + stderr };
}

test.each(examples)('%s', { timeout: 240_000 }, async (example) => {
  if (example.includes('--nproc') && !distributed.features().gloo) return;
  if (example.startsWith('kinora split')) for (const file of LISTS) rmSync(file, { force: true });
  const { status, output } = await runExample(example);
  expect(status, output).toBe(0);
  // The demo's set is rendered here, and every configuration of it says how it shows people.
  expect(output).not.toContain('mirrored is false');
  if (example.includes('--streams')) makeGestureLog();
  else if (example.startsWith('kinora synth')) makeDataSets();
});

function makeDataSets(): void {
  makeOwnClips();
  for (const [name, clips] of Object.entries(CLIPS)) shorten(name, clips);
}
