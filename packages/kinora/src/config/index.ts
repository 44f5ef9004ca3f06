/** The run configuration: its table of contents. */
export { need } from './check.js';
export {
  canonical,
  canonicalKey,
  effectiveConfig,
  type LoadOptions,
  loadConfig,
  siblingTestList,
} from './load.js';
export { preprocessSpec, type RunConfig, type RunConfigInput } from './run-config.js';
export { namingKeysOf, spelled } from './spelling.js';
