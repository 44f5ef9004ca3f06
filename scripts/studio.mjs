// Builds the studio into packages/kinora/dist/studio, where the published package carries it, if anything that it is made
// of has changed since.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../packages/torch/install/index.mjs';
import { buildIfChanged } from './build.mjs';
import { globSync } from './glob.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STAMP = join(ROOT, 'packages', 'kinora', 'dist', '.studio');
const SOURCES = [
  'studio/src',
  'studio/plugins',
  'studio/public',
  'docs/tutorial',
  'packages/clip/src',
  'packages/recognizer/src',
];
const SINGLE = ['studio/index.html', 'studio/vite.config.ts', 'studio/svelte.config.js', 'package-lock.json'];

export async function buildStudioIfChanged() {
  await buildIfChanged();
  const state = stateOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === state) return;
  // In a process of its own, so that what calls this (a test, for one) does not decide what kind of build it is.
  const vite = join(ROOT, 'node_modules', '.bin', 'vite');
  const env = { ...process.env, NODE_ENV: 'production' };
  const { code, stdout, stderr } = await run(vite, ['build', '--logLevel', 'warn'], {
    cwd: join(ROOT, 'studio'),
    env,
  });
  if (code !== 0) throw new Error(`the studio cannot be built (exit status ${code})\n${stdout}${stderr}`);
  writeFileSync(STAMP, state);
}

/** Names, sizes and times of its sources. */
function stateOfSources() {
  const hash = createHash('sha256');
  const files = [
    ...SOURCES.flatMap((folder) => globSync(join(ROOT, folder), '')),
    ...SINGLE.map((name) => join(ROOT, name)),
  ];
  for (const file of files) {
    const stat = statSync(file);
    if (stat.isFile()) hash.update(`${file} ${stat.size} ${stat.mtimeMs}\n`);
  }
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildStudioIfChanged();
