// `npm run test:processors`: the tests whose numbers depend on the processor, once for each processor that this machine can
// imitate. libtorch, oneDNN and OpenBLAS choose their kernels by environment variables, so one machine with AVX-512 covers most
// x86-64 processors of the last fifteen years; what this processor lacks is listed as skipped.
//
//   npm run test:processors                              every variant
//   npm run test:processors -- --only avx2,load          the variants whose names contain one of the words
//   npm run test:processors -- --rounds 2 model/fold     twice, the test files whose paths contain "model/fold"
//   npm run test:processors -- --soak                    the numeric ones of the long tests instead
//
// Results are kept in .cache/processors by commit, variant and round; an interrupted run resumes after the last one finished.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { handleInterrupts, onInterrupt, run } from '../packages/torch/install/index.mjs';
import { outcome, runVitest } from './vitest.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * @typedef {object} Variant
 * @property {string} name
 * @property {Record<string, string>} env what chooses the kernels
 * @property {string} [needs] the processor flag (/proc/cpuinfo) without which this variant would not differ
 * @property {number} [load] processes that keep a core busy meanwhile
 */

const AVX512 = 'avx512f';

/** @type {readonly Variant[]} */
export const VARIANTS = [
  { name: 'as-it-is', env: {} },
  {
    name: 'sse4',
    env: { DNNL_MAX_CPU_ISA: 'SSE41', ATEN_CPU_CAPABILITY: 'default', OPENBLAS_CORETYPE: 'Nehalem' },
  },
  {
    name: 'avx',
    env: { DNNL_MAX_CPU_ISA: 'AVX', ATEN_CPU_CAPABILITY: 'default', OPENBLAS_CORETYPE: 'Sandybridge' },
  },
  {
    name: 'avx2-intel',
    env: { DNNL_MAX_CPU_ISA: 'AVX2', ATEN_CPU_CAPABILITY: 'avx2', OPENBLAS_CORETYPE: 'Haswell' },
  },
  {
    name: 'avx2-amd',
    env: { DNNL_MAX_CPU_ISA: 'AVX2', ATEN_CPU_CAPABILITY: 'avx2', OPENBLAS_CORETYPE: 'Zen' },
  },
  {
    name: 'avx512',
    env: { DNNL_MAX_CPU_ISA: 'AVX512_CORE', ATEN_CPU_CAPABILITY: 'avx512', OPENBLAS_CORETYPE: 'SkylakeX' },
    needs: AVX512,
  },
  {
    name: 'avx512-bf16',
    env: {
      DNNL_MAX_CPU_ISA: 'AVX512_CORE_BF16',
      ATEN_CPU_CAPABILITY: 'avx512',
      OPENBLAS_CORETYPE: 'Cooperlake',
    },
    needs: 'avx512_bf16',
  },
  { name: 'one-thread', env: { OMP_NUM_THREADS: '1' } },
  { name: 'two-threads', env: { OMP_NUM_THREADS: '2' } },
  { name: 'four-threads', env: { OMP_NUM_THREADS: '4', OPENBLAS_NUM_THREADS: '4' } },
  { name: 'load', env: {}, load: 4 },
];

/** Tests whose numbers come from the engine or a runtime like it, by parts of their paths. */
const NUMERIC = [
  'packages/torch/dist/',
  ...['model', 'run', 'train', 'predict', 'compare', 'crossval', 'ensemble', 'sweep', 'export'].map(
    (stage) => `packages/kinora/dist/${stage}/`,
  ),
  'packages/recognizer/dist/',
];

/** The long tests among them: killed and resumed runs, ranks and hosts, gradients by parts and by recomputation, all networks exported. */
const NUMERIC_SOAK = [
  'packages/torch/dist/ops/',
  ...['cli', 'train', 'export'].map((stage) => `packages/kinora/dist/${stage}/`),
];

/** Why `variant` would show nothing on this machine; undefined where it would. @param {Variant} variant */
export function obstacle({ needs }) {
  if (needs === undefined) return undefined;
  const flags = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
  return new RegExp(`\\b${needs}\\b`).test(flags) ? undefined : `this processor has no ${needs}`;
}

/**
 * The outcome of the test files whose paths contain one of `files`, under one variant.
 * @param {Variant} variant @param {readonly string[]} files @param {string} [config] of vitest
 * @returns {Promise<import('./steps.mjs').Result>}
 */
export async function runVariant({ env, load = 0 }, files, config = 'vitest.config.mjs') {
  const busy = Array.from({ length: load }, () => spawn(process.execPath, ['-e', 'for (;;);']));
  const stop = () => {
    for (const child of busy) child.kill();
  };
  const uninterrupted = onInterrupt(stop);
  try {
    return outcome(await runVitest(ROOT, config, files, env), ROOT);
  } finally {
    uninterrupted();
    stop();
  }
}

/** What the results depend on: the commit and what is changed in the working tree. */
async function stateOfTree() {
  const git = async (/** @type {string[]} */ ...words) => (await run('git', words, { cwd: ROOT })).stdout;
  const hash = createHash('sha256')
    .update(await git('rev-parse', 'HEAD'))
    .update(await git('diff', 'HEAD'))
    .update(await git('status', '--porcelain'));
  return hash.digest('hex').slice(0, 12);
}

async function main() {
  const { values, positionals } = parseArgs({
    options: {
      only: { type: 'string' },
      rounds: { type: 'string', default: '1' },
      soak: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const rounds = Number(values.rounds);
  const words = values.only?.split(',') ?? [''];
  const chosen = VARIANTS.filter(({ name }) => words.some((word) => name.includes(word)));
  if (chosen.length === 0 || !(rounds >= 1)) {
    console.error(
      chosen.length === 0
        ? `expected a part of one of ${VARIANTS.map(({ name }) => name).join(', ')}, received "${values.only}"`
        : `--rounds: expected a whole number of at least 1, received "${values.rounds}"`,
    );
    process.exitCode = 2;
    return;
  }
  const files = positionals.length > 0 ? positionals : values.soak ? NUMERIC_SOAK : NUMERIC;
  const config = values.soak ? 'vitest.soak.config.mjs' : 'vitest.config.mjs';
  const folder = join(ROOT, '.cache', 'processors', await stateOfTree());
  mkdirSync(folder, { recursive: true });
  /** @type {string[]} */
  const rows = [];
  for (let round = 1; round <= rounds; round++) {
    for (const variant of chosen) rows.push(await row(variant, round, files, config, folder));
  }
  console.log(
    `\n${cpus()[0]?.model.trim()}, ${cpus().length} cores\n\n| variant | round | passed | failed | minutes |`,
  );
  console.log(`|---|---:|---:|---:|---:|\n${rows.join('\n')}`);
}

/**
 * One line of the table; failures are printed as they are found.
 * @param {Variant} variant @param {number} round @param {readonly string[]} files @param {string} config @param {string} folder
 */
async function row(variant, round, files, config, folder) {
  const why = obstacle(variant);
  if (why !== undefined) return `| ${variant.name} | ${round} | skipped: ${why} | | |`;
  const key = createHash('sha256')
    .update([config, ...files].join('\n'))
    .digest('hex')
    .slice(0, 6);
  const record = join(folder, `${variant.name}-${round}-${key}.json`);
  if (!existsSync(record)) {
    console.log(`\n${variant.name}, round ${round}`);
    const start = Date.now();
    const result = await runVariant(variant, files, config);
    writeFileSync(record, JSON.stringify({ ...result, minutes: (Date.now() - start) / 60_000 }));
  }
  const { passed, failed, minutes } = JSON.parse(readFileSync(record, 'utf8'));
  for (const line of failed) console.log(`  failed under ${variant.name}: ${line}`);
  if (failed.length > 0) process.exitCode = 1;
  return `| ${variant.name} | ${round} | ${passed} | ${failed.length} | ${minutes.toFixed(1)} |`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  handleInterrupts();
  await main();
}
