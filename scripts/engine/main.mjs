// `npm run pack:engine`: makes the two platform packages of the machine that it runs on, as tarballs for npm. The addon is
// compiled against the libtorch of PyTorch's CPU wheel, which pip downloads; the oldest glibc that the addon runs with is that of
// the machine, so releases are made in the container of manylinux_2_28.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compileAddon } from '../../packages/torch/install/compile.mjs';
import { findCompiler } from '../../packages/torch/install/compiler.mjs';
import { createSay, handleInterrupts, SetupError } from '../../packages/torch/install/index.mjs';
import { describeLibtorch, libraryName } from '../../packages/torch/install/libtorch.mjs';
import { packageNames } from '../../packages/torch/install/packaged.mjs';
import { planBuild } from '../../packages/torch/install/plan.mjs';
import { sourcesDigest } from '../../packages/torch/install/sources.mjs';
import { billOfMaterials, partsOf, thirdPartyPage, writeChecksums } from './bill.mjs';
import { engineManifest, LIBTORCH_VERSION, libtorchManifest } from './manifest.mjs';
import { succeed } from './succeed.mjs';
import { glibcOf, librariesOf, obtainWheel, sha256Of } from './wheel.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TORCH = join(ROOT, 'packages', 'torch');
const LARGEST = 150e6; // bytes of a tarball; registries refuse packages somewhere above 200 MB
const TARGET = { platform: process.platform, arch: process.arch };

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(ROOT, '.cache', 'engine', 'tarballs') },
    libtorch: { type: 'string' }, // the torch folder of an installed wheel, instead of a download
  },
});

const OUT = resolve(values.out); // npm packs from other folders

handleInterrupts();
try {
  await makePackages(createSay());
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`pack:engine: ${error.message}\n`);
  process.exitCode = 1;
}

/** @param {import('../../packages/torch/install/say.mjs').Say} say */
async function makePackages(say) {
  const cache = join(ROOT, '.cache', 'engine');
  const wheel = await say.task('Getting the wheel', () =>
    obtainWheel(cache, `${TARGET.platform}-${TARGET.arch}`, values.libtorch),
  );
  const libtorch = describeLibtorch(wheel.torch);
  checkWheel(libtorch);
  const stage = join(cache, 'stage');
  rmSync(stage, { recursive: true, force: true });
  const torch = JSON.parse(readFileSync(join(TORCH, 'package.json'), 'utf8'));
  const engine = await stageEngine(join(stage, 'engine'), libtorch, torch, say);
  const libraries = await stageLibraries(join(stage, 'libtorch'), wheel, libtorch, torch);
  await say.task('Loading what is packed', () => tryOut(stage, engine, libraries));
  mkdirSync(OUT, { recursive: true });
  for (const folder of [engine, libraries]) await say.task(`Packing ${folder}`, () => pack(folder, OUT));
}

/** @param {import('../../packages/torch/install/libtorch.mjs').Libtorch} libtorch */
function checkWheel({ path, version, cuda }) {
  if (version === LIBTORCH_VERSION && !cuda) return;
  throw new SetupError({
    code: 'engine/wheel',
    where: path,
    expected: `the CPU build of torch ${LIBTORCH_VERSION}`,
    received: `${version}${cuda ? ' with CUDA' : ''}`,
  });
}

/**
 * @param {string} folder @param {import('../../packages/torch/install/libtorch.mjs').Libtorch} libtorch
 * @param {import('./manifest.mjs').TorchManifest} torch @param {import('../../packages/torch/install/say.mjs').Say} say
 */
async function stageEngine(folder, libtorch, torch, say) {
  mkdirSync(folder, { recursive: true });
  const native = join(TORCH, 'native');
  const compiler = await findCompiler();
  const beside = `../${packageNames(TARGET.platform, TARGET.arch).libtorch.split('/')[1]}/lib`;
  const shop = {
    native,
    objects: process.env.KINORA_OBJECTS ?? join(TORCH, 'build', 'objects'),
    temporary: folder,
    libtorch,
    compiler,
    runPath: `${TARGET.platform === 'darwin' ? '@loader_path' : '$ORIGIN'}/${beside}`,
  };
  const addon = await compileAddon(shop, planBuild(native, libtorch, compiler), say);
  await succeed('strip', [TARGET.platform === 'darwin' ? '-x' : '--strip-unneeded', addon]);
  const glibc = glibcOf([addon]);
  const manifest = engineManifest(TARGET, torch, {
    addon: 'kinora_torch.node',
    sha256: await sha256Of(addon),
    sources: sourcesDigest(native),
    ...(glibc === undefined ? {} : { glibc }),
  });
  const readme = [
    `# ${manifest.name}`,
    '',
    `${manifest.description}. \`@kinora/torch\` installs it where it fits; there is no use for it alone.`,
    `Compiled with ${compiler.version}${glibc === undefined ? '' : `; needs glibc ${glibc} or newer`}.`,
    '',
  ];
  cpSync(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
  await describe(
    folder,
    manifest,
    readme,
    await billOfMaterials(manifest, folder, ['kinora_torch.node'], [], null),
  );
  return folder;
}

/**
 * @param {string} folder @param {import('./wheel.mjs').Wheel} wheel
 * @param {import('../../packages/torch/install/libtorch.mjs').Libtorch} libtorch @param {import('./manifest.mjs').TorchManifest} torch
 */
async function stageLibraries(folder, wheel, { version, standard, cxx11Abi, c10d, gloo, lib }, torch) {
  const libraries = librariesOf(lib);
  mkdirSync(join(folder, 'lib'), { recursive: true });
  for (const name of libraries) cpSync(join(lib, name), join(folder, 'lib', name), { dereference: true });
  await linkLoader(folder);
  const files = [...libraries.map((name) => `lib/${name}`), 'load.node'];
  const glibc = glibcOf(files.map((name) => join(folder, name)));
  const manifest = libtorchManifest(TARGET, torch, {
    loader: 'load.node',
    lib: 'lib',
    library: libraryName('torch_cpu'),
    libtorch: { version, standard, cxx11Abi, c10d, gloo },
    ...(glibc === undefined ? {} : { glibc }),
  });
  const parts = partsOf(folder, wheel, libraries);
  writeFileSync(join(folder, 'THIRD_PARTY.md'), thirdPartyPage(manifest.name, parts, wheel));
  const readme = [
    `# ${manifest.name}`,
    '',
    `${manifest.description}: the libraries of PyTorch's own build, without Python and headers. Terms: \`THIRD_PARTY.md\`.`,
    '',
  ];
  await describe(folder, manifest, readme, await billOfMaterials(manifest, folder, files, parts, wheel));
  return folder;
}

/** @param {string} folder */
async function linkLoader(folder) {
  const { command } = await findCompiler();
  const [program = '', ...first] = command;
  const source = fileURLToPath(new URL('load.cc', import.meta.url));
  const libraries = [`-L${join(folder, 'lib')}`, '-ltorch', '-ltorch_cpu', '-lc10'];
  const flags =
    TARGET.platform === 'darwin'
      ? ['-bundle', '-Wl,-rpath,@loader_path/lib']
      : ['-shared', '-fPIC', '-s', '-Wl,-rpath,$ORIGIN/lib', '-Wl,--no-as-needed'];
  await succeed(program, [...first, '-O2', source, ...flags, ...libraries, '-o', join(folder, 'load.node')]);
}

/** @param {string} folder @param {object} manifest @param {readonly string[]} readme @param {object} bill */
async function describe(folder, manifest, readme, bill) {
  writeFileSync(join(folder, 'README.md'), readme.join('\n'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`);
  await writeChecksums(folder);
}

/**
 * In a process of its own, from where npm would never put them: the addon has to find the libraries all the same.
 * @param {string} stage @param {string} engine @param {string} libraries
 */
async function tryOut(stage, engine, libraries) {
  const code = `process.argv.slice(1).forEach((file) => require(file))`;
  await succeed(
    process.execPath,
    ['-e', code, join(libraries, 'load.node'), join(engine, 'kinora_torch.node')],
    { cwd: stage },
  );
}

/** @param {string} folder @param {string} out */
async function pack(folder, out) {
  const output = await succeed('npm', ['pack', '--json', '--pack-destination', out], { cwd: folder });
  const [{ filename, size, unpackedSize }] = JSON.parse(output);
  // npm 10 names the file of a scope with a slash in --json, and without it on the disk.
  const file = join(out, filename.replace('@', '').replace('/', '-'));
  if (size > LARGEST)
    throw new Error(`${file} has ${size} bytes, more than the ${LARGEST} that registries are sure to take`);
  const sha256 = await sha256Of(file);
  const line = `${sha256}  ${file.slice(dirname(file).length + 1)}\n`;
  writeFileSync(`${file}.sha256`, line);
  process.stdout.write(
    `${line.trimEnd()}  ${megabytes(size)} packed, ${megabytes(unpackedSize)} installed\n`,
  );
}

/** @param {number} bytes */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
