/** Tells what the set-up would find and use, without installing or building anything; for `kinora doctor`. */
import { isUpToDate, LAYOUT, readCurrent } from './addon.mjs';
import { findCompiler } from './compiler.mjs';
import { SetupError } from './failure.mjs';
import { thisPlatform } from './platform.mjs';
import { findLibtorch } from './search.mjs';

/**
 * @typedef {object} Inspection
 * @property {import('./advice.mjs').Platform} platform
 * @property {import('./search.mjs').Search['libtorch']} libtorch
 * @property {string | null} problem why there is no libtorch, if one was named that cannot be used
 * @property {{ path: string, reason: string }[]} passedOver
 * @property {string | null} compiler what the compiler says it is
 * @property {{ state: 'ready' | 'stale' | 'absent', path: string | null }} addon
 */

/** @param {import('./addon.mjs').Layout} [layout] @returns {Promise<Inspection>} */
export async function inspect(layout = LAYOUT) {
  const [search, compiler] = await Promise.all([
    attempt(() => findLibtorch()),
    attempt(() => findCompiler()),
  ]);
  return {
    platform: thisPlatform(),
    libtorch: search.value?.libtorch ?? null,
    problem: search.problem,
    passedOver: search.value?.passedOver ?? [],
    compiler: compiler.value?.version ?? null,
    addon: addonState(layout),
  };
}

/** @param {import('./addon.mjs').Layout} layout @returns {Inspection['addon']} */
function addonState(layout) {
  const current = readCurrent(layout);
  if (current === null) return { state: 'absent', path: null };
  return { state: isUpToDate(current, layout) ? 'ready' : 'stale', path: `${layout.build}/${current.addon}` };
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
