// Gets libtorch from PyTorch's CPU wheel: downloads it with pip, checks its SHA-256, unpacks it, and picks the libraries that
// an engine needs. Python's own part of the wheel is left out.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { holds } from '../../packages/torch/install/binary.mjs';
import { SetupError } from '../../packages/torch/install/index.mjs';
import { libraryName } from '../../packages/torch/install/libtorch.mjs';
import { LIBTORCH_VERSION } from './manifest.mjs';
import { succeed } from './succeed.mjs';

/**
 * The wheels by platform: what pip is asked for, and the SHA-256 of the file. The one of Linux on arm64 has not been seen yet;
 * PyPI's is a CUDA build, PyTorch's own index has the CPU build.
 * @type {Record<string, { tag: string, sha256?: string }>}
 */
const WHEELS = {
  'linux-x64': {
    tag: 'manylinux_2_28_x86_64',
    sha256: '6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b',
  },
  'linux-arm64': { tag: 'manylinux_2_28_aarch64' },
  'darwin-arm64': { tag: 'macosx_14_0_arm64' },
};

/**
 * @typedef {object} Wheel
 * @property {string} torch the folder with include/ and lib/
 * @property {string} info the wheel's dist-info folder, with the licences
 * @property {{ file: string, sha256: string } | null} source null where the folder was given
 */

/**
 * A folder that is given is taken as it is: an installed torch package, for one.
 * @param {string} cache @param {string} target `linux-x64` @param {string | undefined} folder
 * @returns {Promise<Wheel>}
 */
export async function obtainWheel(cache, target, folder) {
  if (folder !== undefined) return { ...placesIn(join(folder, '..')), torch: folder, source: null };
  const wanted = WHEELS[target];
  if (wanted === undefined) throw unsupported(target);
  const { file, sha256 } = await download(join(cache, 'wheels', target), wanted);
  const unpacked = join(cache, 'unpacked', sha256.slice(0, 16));
  if (!existsSync(join(unpacked, '.complete'))) {
    mkdirSync(unpacked, { recursive: true });
    await succeed('python3', ['-m', 'zipfile', '-e', file, unpacked]);
    writeFileSync(join(unpacked, '.complete'), '');
  }
  return { ...placesIn(unpacked), source: { file, sha256 } };
}

/** @param {string} folder @param {{ tag: string, sha256?: string }} wanted */
async function download(folder, { tag, sha256: expected }) {
  mkdirSync(folder, { recursive: true });
  const wheelIn = () => readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (wheelIn() === undefined) {
    const pinned = ['--platform', tag, '--python-version', '3.11', '--implementation', 'cp'];
    const args = ['download', '--no-deps', '--only-binary=:all:', ...pinned, '--dest', folder];
    await succeed('python3', ['-m', 'pip', ...args, `torch==${LIBTORCH_VERSION}`]);
  }
  const file = join(folder, wheelIn() ?? '');
  const sha256 = await sha256Of(file);
  if (expected === undefined) process.stderr.write(`${file}: its SHA-256 is not pinned: ${sha256}\n`);
  if (expected === undefined || sha256 === expected) return { file, sha256 };
  throw new SetupError({
    code: 'engine/wheel',
    where: file,
    expected: `the wheel with SHA-256 ${expected}`,
    received: sha256,
    hint: 'remove the file, and see that pip takes the CPU build (--index-url https://download.pytorch.org/whl/cpu, or PIP_INDEX_URL)',
  });
}

/** @param {string} site a folder as pip installs into @returns {{ torch: string, info: string }} */
function placesIn(site) {
  const info = readdirSync(site).find((name) => /^torch-.*\.dist-info$/.test(name));
  if (info === undefined) {
    throw new SetupError({
      code: 'engine/wheel',
      where: site,
      expected: 'the torch package of a wheel, with its dist-info folder beside it',
      received: 'a folder without one',
    });
  }
  return { torch: join(site, 'torch'), info: join(site, info) };
}

/** @param {string} target */
function unsupported(target) {
  return new SetupError({
    code: 'engine/platform',
    expected: `one of ${Object.keys(WHEELS).join(', ')}`,
    received: target,
    hint: 'on other platforms the engine is compiled where it is used: npx kinora-torch setup',
  });
}

/**
 * The libraries that the engine links to, and those beside them that these name.
 * @param {string} lib @returns {string[]} file names
 */
export function librariesOf(lib) {
  const present = readdirSync(lib).filter((name) => /\.(so(\.\d+)*|dylib)$/.test(name));
  const needed = new Set(['torch', 'torch_cpu', 'c10'].map(libraryName));
  for (const library of needed) {
    const others = present.filter((name) => !needed.has(name));
    const named =
      others.length === 0
        ? []
        : holds(
            join(lib, library),
            others.map((name) => `${name}\0`),
          );
    for (const [i, other] of others.entries()) if (named[i]) needed.add(other); // a Set's iteration visits what is added to it
  }
  return [...needed].sort();
}

/**
 * The oldest glibc that has every symbol these files ask for; undefined where they ask for none.
 * @param {readonly string[]} files
 */
export function glibcOf(files) {
  const minors = files.flatMap((file) =>
    [
      ...readFileSync(file)
        .toString('latin1')
        .matchAll(/\0GLIBC_2\.(\d+)(?=[\0.])/g),
    ].map(([, minor]) => Number(minor)),
  );
  return minors.length === 0 ? undefined : `2.${Math.max(...minors)}`;
}

/** @param {string} file */
export async function sha256Of(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
