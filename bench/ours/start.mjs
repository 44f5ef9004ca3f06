// Run time of Node with a program minus run time with an empty one: the median of several differences. Prints milliseconds.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sizes } from '../sizes.mjs';
import { median } from '../statistics.mjs';
import { seconds, serve } from './serve.mjs';

const cli = fileURLToPath(new URL('../../packages/kinora/dist/cli/main.js', import.meta.url));
const code = (/** @type {string} */ text) => ['--input-type=module', '-e', text];
/** @type {Record<string, (library: string) => string[]>} */
const programs = {
  import: () => code("import 'kinora'"),
  help: () => [cli, '--help'],
  engine: () => code("import { engineInfo } from '@kinora/torch'; engineInfo()"),
  // Node loads the library and then fails to find an addon in it; only the load matters.
  libtorch: (library) => code(`try { process.dlopen({ exports: {} }, ${JSON.stringify(library)}) } catch {}`),
};
const [name = '', library = ''] = process.argv.slice(2);
const program = programs[name];
if (program === undefined) throw new Error(`expected one of ${Object.keys(programs).join(', ')}`);
const time = (/** @type {readonly string[]} */ args) =>
  seconds(() => execFileSync(process.execPath, args, { stdio: 'ignore' }));
await serve(async () => {
  const differences = [];
  for (let run = 0; run < sizes.starts; run++)
    differences.push((await time(program(library))) - (await time(code('0'))));
  return median(differences) * 1000;
});
