// Packs each package, installs it into an empty project as a user would, checks its types there and runs it there.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { run } from '../packages/torch/install/index.mjs';

const CONSUMERS = new URL('./consumers/', import.meta.url);
const TYPE_OPTIONS = [
  ...['--strict', '--types', 'node', '--module', 'nodenext', '--target', 'es2022'],
  ...['--lib', 'es2023,esnext.disposable', 'use.ts'],
];

const PAGE_TYPE_OPTIONS = [
  ...['--noEmit', '--strict', '--module', 'esnext', '--moduleResolution', 'bundler'],
  ...['--target', 'es2022', '--lib', 'es2023,dom,dom.iterable', 'page.ts'],
];

/**
 * @typedef {{ name: string, tarballs: readonly string[], consumer: string, commands: readonly string[][] }}
 * Project
 */

/** @param {string} root @returns {Promise<import('./steps.mjs').Result>} */
export async function checkPackages(root) {
  const folder = mkdtempSync(join(tmpdir(), 'kinora-packages-'));
  try {
    await succeed(join(root, 'node_modules', '.bin', 'tsc'), ['-b'], root); // types, as `npm run pack` makes them
    const clip = await pack(root, 'packages/clip', folder);
    const torch = await pack(root, 'packages/torch', folder);
    const gestures = await pack(root, 'packages/gestures', folder);
    const kinora = await pack(root, 'packages/kinora', folder);
    const recognizer = await pack(root, 'packages/recognizer', folder);
    checkCopies(root);
    const setup = ['kinora-torch', 'setup'];
    /** @type {Project[]} */
    const projects = [
      { name: 'clip', tarballs: [clip], consumer: 'clip.ts', commands: [] },
      { name: 'torch', tarballs: [torch], consumer: 'torch.ts', commands: [setup] },
      {
        name: 'kinora',
        tarballs: [clip, torch, gestures, kinora],
        consumer: 'kinora.ts',
        commands: [setup, ['kinora', '--version']],
      },
      {
        name: 'recognizer',
        tarballs: [clip, gestures, recognizer, onnxruntimeFor(root)],
        consumer: 'recognizer.ts',
        commands: [],
      },
    ];
    // What a user of the recognizer has got from elsewhere.
    await succeed(process.execPath, ['scripts/consumers/model.mjs', join(folder, 'model.onnx')], root);
    await checkPageInstall(root, folder, [clip, recognizer]);
    for (const project of projects) await tryProject(root, folder, project);
    return { passed: projects.length + 1, failed: [], skipped: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} root
 * @param {string} workspace
 * @param {string} folder
 * @returns {Promise<string>} path of the tarball
 */
async function pack(root, workspace, folder) {
  const args = ['pack', '--json', '--pack-destination', folder];
  const output = await succeed('npm', args, join(root, workspace));
  /** @type {[{ filename: string, files: { path: string }[] }]} */
  const [{ filename, files }] = JSON.parse(output);
  const stray = files.find(({ path }) => /\.test\.|(^|\/)\.[^/]+$/.test(path));
  if (stray !== undefined) throw new Error(`${filename} contains ${stray.path}, which users do not need`);
  if (!files.some(({ path }) => /^(dist\/)?(index|node)\.d\.ts$/.test(path)))
    throw new Error(`${filename} has no types: npm run pack writes them`);
  if (
    workspace.endsWith('gestures') &&
    files.filter(({ path }) => /[.](onnx|safetensors)$/.test(path)).length !== 6
  )
    throw new Error(`${filename} has not the five graphs and the weights: npm run setup makes the graphs`);
  if (workspace.endsWith('recognizer') && !files.some(({ path }) => /^example\/.*\.html$/.test(path)))
    throw new Error(`${filename} has no examples`);
  return join(folder, filename);
}

/**
 * npm packs no file from outside a package's folder and no link, so the terms are there as copies. The error class is too:
 * of @kinora/clip and @kinora/torch neither depends on the other.
 * @param {string} root
 */
function checkCopies(root) {
  for (const copy of [
    'clip/LICENSE',
    'torch/LICENSE',
    'gestures/LICENSE',
    'kinora/LICENSE',
    'recognizer/LICENSE',
    'kinora/THIRD_PARTY.md',
  ]) {
    const original = readFileSync(join(root, basename(copy)), 'utf8');
    if (readFileSync(join(root, 'packages', copy), 'utf8') !== original)
      throw new Error(`packages/${copy} is not a copy`);
  }
  const [clip, torch] = ['clip', 'torch'].map((name) =>
    readFileSync(join(root, 'packages', name, 'src', 'error.ts'), 'utf8'),
  );
  if (clip !== torch)
    throw new Error('packages/clip/src/error.ts is not a copy of packages/torch/src/error.ts');
}

/** Size limit of the recognizer in the node_modules of a page, in megabytes. */
const PAGE_LIMIT = 60;

/**
 * What a page needs of the recognizer: nothing that runs a script when it is installed or that comes from anywhere but the
 * registry, and not much of it. Its types are those of the browser, and complete.
 * @param {string} root @param {string} folder @param {readonly string[]} tarballs
 */
async function checkPageInstall(root, folder, tarballs) {
  const project = emptyProject(folder, 'page');
  await succeed('npm', [...INSTALL, ...tarballs], project);
  const modules = join(project, 'node_modules');
  const { packages } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
  for (const [path, { hasInstallScript = false }] of Object.entries(packages))
    if (hasInstallScript) throw new Error(`${path}, which a page would install, has an install script`);
  const megabytes = bytesIn(modules) / 1e6;
  console.log(`  @kinora/recognizer in an empty project: ${megabytes.toFixed(1)} MB`);
  if (megabytes > PAGE_LIMIT)
    throw new Error(
      `expected at most ${PAGE_LIMIT} MB in a page's node_modules, received ${megabytes.toFixed(1)}`,
    );
  writeFileSync(join(project, 'page.ts'), readFileSync(new URL('page.ts', CONSUMERS)));
  await succeed(join(root, 'node_modules', '.bin', 'tsc'), PAGE_TYPE_OPTIONS, project);
  writeFileSync(join(project, 'no-runtime.mjs'), readFileSync(new URL('no-runtime.mjs', CONSUMERS)));
  await succeed(process.execPath, ['no-runtime.mjs'], project);
}

/** @param {string} folder */
function bytesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
}

/** @param {string} folder @param {string} name */
function emptyProject(folder, name) {
  const project = join(folder, name);
  mkdirSync(project);
  const manifest = { name: `uses-${name}`, private: true, type: 'module' };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  return project;
}

const INSTALL = ['install', '--prefer-offline', '--no-audit', '--no-fund'];

/** @param {string} root @param {string} folder @param {Project} project */
async function tryProject(root, folder, { name, tarballs, consumer, commands }) {
  const project = emptyProject(folder, name);
  writeFileSync(join(project, 'use.ts'), readFileSync(new URL(consumer, CONSUMERS)));
  await succeed('npm', [...INSTALL, '--ignore-scripts', ...tarballs, ...typesFor(root)], project);
  for (const optional of ['node-av', '@seydx']) removeModule(project, optional);
  for (const command of commands)
    await succeed('npx', ['--no', '--', ...command], project, sharedObjects(root));
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  await succeed(tsc, TYPE_OPTIONS, project);
  await succeed(process.execPath, ['use.js'], project);
}

/**
 * Removes optional packages, which must not be required and are a large part of what npm installs.
 * @param {string} project
 * @param {string} name
 */
function removeModule(project, name) {
  rmSync(join(project, 'node_modules', name), { recursive: true, force: true });
}

/** The version of Node's types that this project is checked with. @param {string} root */
function typesFor(root) {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return [`@types/node@${devDependencies['@types/node']}`];
}

/** What Node needs besides the recognizer, in the version that this project is tested with. @param {string} root */
function onnxruntimeFor(root) {
  const { devDependencies } = JSON.parse(
    readFileSync(join(root, 'packages', 'recognizer', 'package.json'), 'utf8'),
  );
  return `onnxruntime-node@${devDependencies['onnxruntime-node']}`;
}

/**
 * Equal sources give equal object files, so those compiled here are reused there, and only linking is repeated.
 * @param {string} root
 */
function sharedObjects(root) {
  return { ...process.env, KINORA_OBJECTS: join(root, 'packages', 'torch', 'build', 'objects') };
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} cwd
 * @param {NodeJS.ProcessEnv} [env]
 */
async function succeed(program, args, cwd, env = process.env) {
  const { code, stdout, stderr } = await run(program, args, { cwd, env });
  if (code === 0) return stdout;
  throw new Error(`${[program, ...args].join(' ')} ended with exit status ${code}\n${stdout}${stderr}`);
}
