// `npm run bench`: measures Kinora and its alternatives in turns, in one run. Prints each round, then a table of
// ratios with their spread; `--out FILE` writes the table with machine, versions and command.
import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KinoraError } from '@kinora/torch/error';
import { Command } from 'commander';
import { positiveInt } from '../packages/kinora/dist/cli/terminal/options.js';
import { createSay, handleInterrupts } from '../packages/torch/install/index.mjs';
import { against, cases } from './cases.mjs';
import { compare } from './compare.mjs';
import { fail, flagsOf } from './flags.mjs';
import { machine } from './machine.mjs';
import { prepare } from './prepare.mjs';
import { table } from './table.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
/** The comparisons whose peers are available here. */
const NAMES = cases({ python: undefined, tfjs: false, data: '', onnx: '', libtorch: '' }).map(
  ({ name }) => name,
);

const command = new Command('bench')
  .description('Compare the speed of Kinora with its alternatives, which take turns in one run.')
  .option(
    '--only <words>',
    'only comparisons with one of these words in their names, such as "input,operator"',
  )
  .option('--rounds <n>', 'rounds of each comparison', positiveInt, 5)
  .option(
    '--against <folder>',
    'compare with another checkout of Kinora (already set up) instead of the alternatives',
  )
  .option('--out <file>', 'also write the table to this file')
  .addHelpText('after', `\nComparisons:\n  ${NAMES.join('\n  ')}`)
  .addHelpText(
    'after',
    `
Examples:
  $ npm run bench -- --only "training step" --rounds 11 --out table.md
  $ npm run bench -- --against ../kinora-0.1 --only "step,epoch,start"`,
  );
const { only, rounds, out, against: checkout } = (await flagsOf(command, 'npm run')).options;
const words = only
  ?.toLowerCase()
  .split(',')
  .map((/** @type {string} */ word) => word.trim()) ?? [''];
const isChosen = (/** @type {string} */ name) =>
  words.some((/** @type {string} */ word) => name.includes(word));
if (!NAMES.some(isChosen)) fail(noneChosen());

handleInterrupts();
const prepared = await prepare(join(ROOT, '.cache', 'bench'), createSay(), { peers: checkout === undefined });
const results = [];
const all = checkout === undefined ? cases(prepared) : against(cases(prepared), resolve(checkout));
for (const one of all)
  if (isChosen(one.name)) results.push(await compare(one, rounds, (line) => console.error(line)));
const text = `${machine(prepared)}\n\n${table(results)}\n`;
console.log(`\n${text}`);
if (out !== undefined) writeFileSync(out, text);

function noneChosen() {
  const expected = `words in the names of comparisons: ${NAMES.join(', ')}`;
  return new KinoraError({ code: 'usage/only', where: '--only', expected, received: JSON.stringify(only) });
}
