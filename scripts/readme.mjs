// Runs the code blocks of a README or another document as a reader would: in order, in one folder that looks like a fresh clone,
// so that a block finds what earlier blocks have written, and with `kinora` installed. ```sh blocks go to bash, ```ts blocks are
// type-checked and run. A block that cannot run here gives the reason in its info string. One of TypeScript may be type-checked
// nevertheless, as part of a page; any other counts as skipped:
//
//     ```ts types only: needs a camera
//     ```sh not run: takes ten minutes
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { run } from '../packages/torch/install/index.mjs';

const LIMIT = 5 * 60_000; // ms a block

/** Made by running things; a reader's clone has none of them. */
const NOT_CLONED = new Set(['.git', 'runs', 'data', '.cache']);

/**
 * @typedef {{ line: number, language: 'sh' | 'ts', code: string, notRun: string | null, typesOnly?: true }} Block
 * @typedef {{ failure: string | null, output: string }} Outcome
 */

/** @param {string} root @param {string} file @returns {Promise<import('./steps.mjs').Result>} */
export async function checkReadme(root, file) {
  const blocks = blocksOf(readFileSync(join(root, file), 'utf8'));
  const folder = readersFolder(root);
  const result = {
    passed: 0,
    failed: /** @type {string[]} */ ([]),
    skipped: /** @type {string[]} */ ([]),
    output: '',
  };
  try {
    for (const block of blocks) {
      const name = `${file}:${block.line} (${block.code.split('\n')[0]})`;
      if (block.notRun !== null) result.skipped.push(`${name}: ${block.notRun}`);
      else note(result, name, await runBlock(root, folder, block));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (blocks.length === 0) result.failed.push(`${file}: no block of sh or ts`);
  return result;
}

/** The same for many documents; those without blocks are fine. @param {string} root @param {readonly string[]} files */
export async function checkDocuments(root, files) {
  /** @type {Required<import('./steps.mjs').Result>} */
  const all = { passed: 0, failed: [], skipped: [], unsteady: [], output: '' };
  for (const file of files) {
    if (blocksOf(readFileSync(join(root, file), 'utf8')).length === 0) continue;
    const { passed, failed, skipped, output = '' } = await checkReadme(root, file);
    all.passed += passed;
    all.failed.push(...failed);
    all.skipped.push(...skipped);
    all.output += output;
  }
  return all;
}

/**
 * The sh and ts blocks of a Markdown text.
 * @param {string} text @returns {Block[]}
 * @throws {Error} on an info string that is neither empty nor "not run: REASON" nor, for ts, "types only: REASON"
 */
export function blocksOf(text) {
  return [...text.matchAll(/^```(sh|ts)\b[ \t]*(.*)\n([\s\S]*?)^```[ \t]*$/gm)].map((match) => {
    const [, language, info = '', code = ''] = match;
    const line = text.slice(0, match.index).split('\n').length;
    const notRun = info.match(/^not run: (.+)$/)?.[1] ?? null;
    const typesOnly = language === 'ts' && /^types only: .+$/.test(info);
    if (info !== '' && notRun === null && !typesOnly)
      throw new Error(`line ${line}: expected "not run: REASON", received "${info}"`);
    /** @type {Block} */
    const block = { line, language: /** @type {'sh' | 'ts'} */ (language), code: code.trim(), notRun };
    return typesOnly ? { ...block, typesOnly } : block;
  });
}

/** @param {import('./steps.mjs').Result} result @param {string} name @param {Outcome} outcome */
function note(result, name, { failure, output }) {
  console.log(`  ${failure === null ? 'ran' : 'failed'} ${name}`);
  if (failure === null) result.passed++;
  else {
    result.failed.push(`${name}: ${failure}`);
    result.output += `${name}\n${output}\n`;
  }
}

/**
 * A folder of links to what a clone has, so that what the blocks write stays out of this one.
 * @param {string} root
 */
function readersFolder(root) {
  const folder = mkdtempSync(join(tmpdir(), 'kinora-readme-'));
  for (const name of readdirSync(root).filter((entry) => !NOT_CLONED.has(entry))) {
    symlinkSync(join(root, name), join(folder, name));
  }
  mkdirSync(join(folder, INSTALLED));
  const program = join(root, 'packages', 'kinora', 'dist', 'cli', 'main.js');
  writeFileSync(join(folder, INSTALLED, 'kinora'), `#!/bin/sh\nexec node '${program}' "$@"\n`, {
    mode: 0o755,
  });
  return folder;
}

/** Where a global `npm install kinora` would have put the program. */
const INSTALLED = '.installed';

/** @param {string} root @param {string} folder @param {Block} block @returns {Promise<Outcome>} */
async function runBlock(root, folder, { language, code, line, typesOnly }) {
  if (language === 'sh') {
    const env = { ...process.env, PATH: `${join(folder, INSTALLED)}${delimiter}${process.env.PATH}` };
    return outcomeOf(
      await run('bash', ['-euo', 'pipefail', '-c', code], { cwd: folder, env, timeout: LIMIT }),
    );
  }
  const source = join(folder, `readme-${line}.ts`);
  writeFileSync(source, code);
  const options = [...TYPE_OPTIONS, ...(typesOnly ? PAGE_OPTIONS : NODE_OPTIONS)];
  const types = await run(join(root, 'node_modules', '.bin', 'tsc'), [...options, source], { cwd: folder });
  if (types.code !== 0) return { failure: 'its types are wrong', output: types.stdout };
  if (typesOnly) return { failure: null, output: '' };
  const program = source.replace(/\.ts$/, '.mjs');
  await run(join(root, 'node_modules', '.bin', 'esbuild'), [source, '--format=esm', `--outfile=${program}`]);
  return outcomeOf(await run(process.execPath, [program], { cwd: folder, timeout: LIMIT }));
}

const TYPE_OPTIONS = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022'];
const NODE_OPTIONS = ['--types', 'node', '--module', 'nodenext', '--lib', 'es2023,esnext.disposable'];
const PAGE_OPTIONS = [
  ...['--module', 'esnext', '--moduleResolution', 'bundler', '--lib', 'es2023,dom,dom.iterable'],
];

/** @param {import('../packages/torch/install/run.mjs').Outcome} outcome @returns {Outcome} */
function outcomeOf({ code, stdout, stderr }) {
  const output = `${stdout}${stderr}`.split('\n').slice(-40).join('\n');
  if (code === 124) return { failure: `not finished within ${LIMIT / 60_000} minutes`, output };
  return { failure: code === 0 ? null : `exit status ${code}`, output };
}
