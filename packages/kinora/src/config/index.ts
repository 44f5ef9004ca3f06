/** The run configuration: its table of contents. */
export type { Augment } from './augment.js';
export { need } from './check.js';
export type { ClassWeights } from './class-weights.js';
export { effectiveConfig, type LoadOptions, loadConfig, siblingTestList } from './load.js';
export type { Schedule } from './schedule.js';
export { RunConfig, type RunConfigInput } from './schema.js';
export { preprocessSpec } from './spec.js';
