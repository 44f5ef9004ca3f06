// `npm run bench`: Kinora beside what a user would pick instead, alternately in one run. Prints each round, then a table of
// ratios with their spread; `--out FILE` writes the table with machine, versions and command.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createSay, handleInterrupts } from '../packages/torch/install/index.mjs';
import { cases } from './cases.mjs';
import { compare } from './compare.mjs';
import { machine } from './machine.mjs';
import { prepare } from './prepare.mjs';
import { table } from './table.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    out: { type: 'string' },
  },
});
const words = values.only?.toLowerCase().split(',') ?? [''];
const rounds = Number(values.rounds);

handleInterrupts();
const prepared = await prepare(join(ROOT, '.cache', 'bench'), createSay());
const all = cases(prepared);
const chosen = all.filter(({ name }) => words.some((word) => name.includes(word)));
if (chosen.length === 0 || !Number.isInteger(rounds) || rounds < 1) {
  console.error(
    `expected --only with words of ${all.map(({ name }) => name).join(', ')}, and --rounds of at least 1`,
  );
  process.exit(2);
}
const results = [];
for (const one of chosen) results.push(await compare(one, rounds, (line) => console.error(line)));
const text = `${machine(prepared)}\n\n${table(results)}\n`;
console.log(`\n${text}`);
if (values.out !== undefined) writeFileSync(values.out, text);
