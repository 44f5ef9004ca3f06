// Time from the start of Node to its end with a program, minus that with an empty one. Prints milliseconds.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from '../statistics.mjs';
import { seconds, serve } from './serve.mjs';

const RUNS = 5;
const cli = fileURLToPath(new URL('../../packages/kinora/dist/cli/main.js', import.meta.url));
/** @type {Record<string, readonly string[]>} */
const programs = {
  import: ['--input-type=module', '-e', "import 'kinora'"],
  help: [cli, '--help'],
  engine: ['--input-type=module', '-e', "import { engineInfo } from '@kinora/torch'; engineInfo()"],
};
const program = programs[process.argv[2] ?? ''] ?? [];
const bare = ['--input-type=module', '-e', '0'];
const time = (/** @type {readonly string[]} */ args) =>
  seconds(() => execFileSync(process.execPath, args, { stdio: 'ignore' }));
await serve(async () => {
  const differences = [];
  for (let run = 0; run < RUNS; run++) differences.push((await time(program)) - (await time(bare)));
  return median(differences) * 1000;
});
