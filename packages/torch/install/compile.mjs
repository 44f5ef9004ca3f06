/**
 * Compiles the sources that have no object file yet, a few at a time, and links the addon into a temporary
 * file.
 */
import { mkdirSync, renameSync, utimesSync } from 'node:fs';
import { availableParallelism, freemem } from 'node:os';
import { join } from 'node:path';
import { compileFlags, includeFlags, linkFlags } from './compiler.mjs';
import { SetupError } from './failure.mjs';
import { run } from './run.mjs';

const MEMORY_PER_JOB = 1.5e9; // bytes; the dispatcher's source needs the most, 1.3 GB under GCC 12

/**
 * @typedef {object} Workshop
 * @property {string} native folder of the sources
 * @property {string} objects folder of the object files, kept between builds
 * @property {string} temporary folder of this build alone
 * @property {import('./libtorch.mjs').Libtorch} libtorch
 * @property {import('./compiler.mjs').Compiler} compiler
 * @property {string} [runPath] where the addon looks for libtorch when it is loaded; default: its current folder
 */

/**
 * @param {Workshop} shop
 * @param {import('./plan.mjs').Plan} plan
 * @param {import('./say.mjs').Say} say
 * @returns {Promise<string>} the linked addon, in the temporary folder
 * @throws {SetupError} setup/compile
 */
export async function compileAddon(shop, plan, say) {
  mkdirSync(shop.objects, { recursive: true });
  const missing = plan.objects.filter(({ object }) => !touch(join(shop.objects, object)));
  const jobs = Math.min(jobsThatFit(), missing.length);
  const title = `Compiling the engine's addon for libtorch ${shop.libtorch.version}`;
  if (missing.length > 0) say.line(`${title} (${count(missing.length, 'file')}, ${jobs} at a time)`);
  return say.task(title, async (update) => {
    let done = 0;
    await inParallel(missing, jobs, async (entry) => {
      update(`${done} of ${missing.length}`);
      await compileOne(shop, entry, say);
      update(`${++done} of ${missing.length}`);
    });
    update('linking');
    return link(shop, plan);
  });
}

/**
 * @param {Workshop} shop
 * @param {{ source: string, object: string }} entry
 * @param {import('./say.mjs').Say} say
 */
async function compileOne(shop, { source, object }, say) {
  const { native, objects, temporary, libtorch, compiler } = shop;
  const output = join(temporary, object);
  const [program = '', ...first] = compiler.command;
  const flags = [
    ...compileFlags(libtorch),
    ...includeFlags(libtorch, native),
    `-ffile-prefix-map=${native}=native`,
  ];
  const outcome = await run(program, [...first, ...flags, '-c', join(native, source), '-o', output]);
  if (outcome.code !== 0) throw failed(join(native, source), outcome);
  if (outcome.stderr.trim() !== '') say.line(outcome.stderr.trimEnd());
  renameSync(output, join(objects, object));
}

/** @param {Workshop} shop @param {import('./plan.mjs').Plan} plan */
async function link({ objects, temporary, libtorch, compiler, runPath }, plan) {
  const output = join(temporary, 'kinora_torch.node');
  const [program = '', ...first] = compiler.command;
  const inputs = plan.objects.map(({ object }) => join(objects, object));
  const outcome = await run(program, [...first, ...inputs, ...linkFlags(libtorch, runPath), '-o', output]);
  if (outcome.code !== 0) throw failed('kinora_torch.node', outcome);
  return output;
}

/** @param {string} where @param {import('./run.mjs').Outcome} outcome */
function failed(where, { code, stderr }) {
  const killed = /Killed|signal 9|out of memory/i.test(stderr) || code === 137;
  const first =
    stderr.split('\n').find((line) => /error|undefined|cannot find/.test(line)) ?? `exit status ${code}`;
  const hint = killed
    ? `the compiler ran out of memory; it needs ${MEMORY_PER_JOB / 1e9} GB free`
    : `the compiler's whole complaint:\n${stderr.trimEnd().split('\n').slice(0, 30).join('\n')}`;
  return new SetupError({
    code: 'setup/compile',
    where,
    expected: 'to compile and link',
    received: killed ? 'a compiler that was killed' : first.trim(),
    hint,
  });
}

/** One per processor, limited by the free memory; at least one. */
function jobsThatFit() {
  const limit = process.constrainedMemory?.() ?? 0; // of a container; 0 or extremely large outside one
  const used = process.memoryUsage.rss();
  const free = limit > used && limit < 2 ** 50 ? Math.min(freemem(), limit - used) : freemem();
  return Math.max(1, Math.min(availableParallelism(), Math.floor(free / MEMORY_PER_JOB)));
}

/** @template T @param {readonly T[]} items @param {number} width @param {(item: T) => Promise<void>} work */
async function inParallel(items, width, work) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/**
 * Marks a file as used today, so that the next clean-up keeps it.
 * @param {string} file
 * @returns {boolean} whether it exists
 */
function touch(file) {
  try {
    utimesSync(file, new Date(), new Date());
    return true;
  } catch {
    return false;
  }
}

/** @param {number} n @param {string} noun */
function count(n, noun) {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
