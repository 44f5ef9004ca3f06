// Runs the GPU benchmarks part by part. The output of each part is kept under .cache/gpu, so that the same command resumes where
// it was interrupted; `--again` starts over. `node bench/gpu/main.mjs [--device cpu] [--only WORDS] [--out FILE]`.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { engineInfo } from '@kinora/torch';

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'cuda:0' },
    only: { type: 'string' },
    out: { type: 'string', default: here('../../docs/performance-gpu.md') },
    cache: { type: 'string', default: here('../../.cache/gpu') },
    again: { type: 'boolean', default: false },
  },
});
const { device, cache } = values;
const python = process.env.PYTHON ?? 'python3';
const words = values.only?.split(',') ?? [''];

const node = (/** @type {string[]} */ name, ...args) => [process.execPath, here(`${name}.mjs`), ...args];
const py = (/** @type {string} */ name, ...args) => [python, here(`${name}.py`), ...args];

/** @type {readonly { name: string, title: string, commands: string[][] }[]} */
const PARTS = [
  {
    name: 'parity',
    title: 'Two training steps on the GPU beside the CPU',
    commands: [node('parity', device)],
  },
  {
    name: 'rates',
    title:
      'Training steps of ConvColumn6, clips in memory (18x84x84; Kinora from bytes, PyTorch from floats on the device)',
    commands: [node('rates', device), py('rates', device)],
  },
  {
    name: 'memory',
    title: 'Memory of a training step with and without activation checkpointing',
    commands: [node('memory', device)],
  },
  {
    name: 'jpegs',
    title: 'From JPEGs in memory to updated weights of ConvColumn6',
    commands: [node('jpegs', device, cache), py('jpegs', device, cache)],
  },
  {
    name: 'training',
    title: 'Whole trainings on synthetic gestures at 18x84x84',
    commands: [node('training', device, cache)],
  },
];

mkdirSync(cache, { recursive: true });
const fileOf = (/** @type {string} */ name) => join(cache, `${name}.${device.split(':')[0]}.md`);
let failed = 0;
for (const { name, commands } of PARTS.filter(({ name }) => words.some((word) => name.includes(word)))) {
  const file = fileOf(name);
  const begun = name === 'training' ? [file, join(cache, 'runs')] : [file];
  if (values.again) for (const path of begun) rmSync(path, { recursive: true, force: true });
  if (existsSync(file)) continue;
  console.error(`${name} ...`);
  const parts = [];
  for (const command of commands) parts.push(await run(command));
  const broken = parts.filter(({ code }) => code !== 0).length;
  failed += broken;
  writeFileSync(`${file}.part`, `${parts.map(({ text }) => text.trim()).join('\n\n')}\n`);
  renameSync(`${file}.part`, broken === 0 ? file : `${file}.failed`);
}
writeFileSync(values.out, report());
console.error(
  `${values.out}${failed === 0 ? '' : `: ${failed} programs failed, and are tried again next time`}`,
);
process.exit(failed === 0 ? 0 : 1);

/** Standard output, and what ended the program if it failed. @param {string[]} command */
function run([program = '', ...args]) {
  return /** @type {Promise<{ text: string, code: number }>} */ (
    new Promise((resolve) => {
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
      let text = '';
      /** @type {string[]} */
      let recent = [];
      child.stdout.on('data', (chunk) => {
        text += chunk;
      });
      child.stderr.on('data', (chunk) => {
        process.stderr.write(chunk);
        recent = [...recent, ...String(chunk).trim().split('\n')].slice(-5);
      });
      child.once('error', (error) => recent.push(error.message));
      child.once('close', (code) => {
        const name = [program, ...args].map((word) => word.split('/').at(-1)).join(' ');
        const note = code === 0 ? '' : `\n\`${name}\` failed:\n\n    ${recent.join('\n    ')}`;
        resolve({ text: text + note, code: code ?? 1 });
      });
    })
  );
}

function report() {
  const sections = PARTS.map(({ name, title }) => {
    const [whole, broken] = [fileOf(name), `${fileOf(name)}.failed`];
    const found = [whole, broken].find((file) => existsSync(file));
    return `## ${title}\n\n${found === undefined ? 'Not run.' : readFileSync(found, 'utf8').trim()}`;
  });
  return `# Performance on a GPU\n\n${machine()}\n\n${sections.join('\n\n')}\n`;
}

function machine() {
  const what = `import torch; print(torch.cuda.get_device_name(0) if torch.cuda.is_available() else 'no GPU', 'with torch', torch.__version__)`;
  const gpu = execFileSync(python, ['-c', what]).toString().trim();
  return `\`bench/gpu.sh run ${device}\`: ${gpu}; ${availableParallelism()} cores of ${cpus()[0]?.model.trim()}; Node ${process.versions.node}, libtorch ${engineInfo().version}.`;
}
