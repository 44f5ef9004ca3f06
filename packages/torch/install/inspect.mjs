/** Reports what set-up would find and use, without installing or building anything; for `kinora doctor`. */
import { dirname, resolve } from 'node:path';
import { isUpToDate, LAYOUT, readCurrent } from './addon.mjs';
import { findCompiler } from './compiler.mjs';
import { SetupError } from './failure.mjs';
import { findPackaged } from './packaged.mjs';
import { thisPlatform } from './platform.mjs';
import { findLibtorch } from './search.mjs';

/**
 * @typedef {object} Inspection
 * @property {import('./advice.mjs').Platform} platform
 * @property {import('./search.mjs').Search['libtorch']} libtorch
 * @property {string | null} problem why the libtorch that was named cannot be used
 * @property {{ path: string, reason: string }[]} passedOver
 * @property {string | null} packaged name of the package that holds this libtorch, if it is prebuilt
 * @property {string | null} compiler the compiler's description of itself
 * @property {{ state: 'ready' | 'packaged' | 'stale' | 'absent', path: string | null }} addon what the runtime loads: `packaged`
 * is the prebuilt one, which it loads if set-up has not been run
 */

/** @param {import('./addon.mjs').Layout} [layout] @returns {Promise<Inspection>} */
export async function inspect(layout = LAYOUT) {
  const [search, compiler] = await Promise.all([
    attempt(() => findLibtorch(process.env, undefined, dirname(layout.native))),
    attempt(() => findCompiler()),
  ]);
  return {
    platform: thisPlatform(),
    libtorch: search.value?.libtorch ?? null,
    problem: search.problem,
    passedOver: search.value?.passedOver ?? [],
    packaged: search.value?.packaged?.libtorchName ?? null,
    compiler: compiler.value?.version ?? null,
    addon: await addonState(layout),
  };
}

/** @param {import('./addon.mjs').Layout} layout @returns {Promise<Inspection['addon']>} */
async function addonState(layout) {
  const current = readCurrent(layout);
  if (current === null) {
    const { value } = await attempt(async () => findPackaged(dirname(layout.native)));
    return value === null ? { state: 'absent', path: null } : { state: 'packaged', path: value.addon };
  }
  return {
    state: isUpToDate(current, layout) ? 'ready' : 'stale',
    path: resolve(layout.build, current.addon),
  };
}

/**
 * @template T
 * @param {() => Promise<T>} look
 * @returns {Promise<{ value: T | null, problem: string | null }>}
 */
async function attempt(look) {
  try {
    return { value: await look(), problem: null };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return { value: null, problem: error.message };
  }
}
