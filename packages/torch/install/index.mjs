/**
 * The install code of @kinora/torch: the table of contents. Plain JavaScript without dependencies, because it
 * runs in a fresh clone before anything is installed, and on every machine where the published package is
 * installed.
 */
export { ensureAddon, readCurrent } from './addon.mjs';
export { PLATFORM_NAMES, waysAsText, waysToGet } from './advice.mjs';
export { SetupError } from './failure.mjs';
export { inspect } from './inspect.mjs';
export { withLock } from './lock.mjs';
export { thisPlatform } from './platform.mjs';
export { handleInterrupts, onInterrupt, run } from './run.mjs';
export { createSay, silent } from './say.mjs';
