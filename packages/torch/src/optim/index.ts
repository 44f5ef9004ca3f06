/** optim: optimizers over `_foreach_` operators, gradient clipping and learning-rate schedules. The table of contents. */
export { Adam, type AdamSettings, AdamW } from './adam.js';
export { type ClipNormOptions, clipGradNorm, clipGradValue, limitGradNorm } from './clip.js';
export { GradScaler, type GradScalerSettings, type GradScalerState } from './grad-scaler.js';
export type { GroupSettings, ParamGroup, Params } from './groups.js';
export { type OneCycleOptions, oneCycle } from './one-cycle.js';
export { Optimizer } from './optimizer.js';
export type { OptimizerState } from './optimizer-state.js';
export { type Plateau, type PlateauOptions, plateau } from './plateau.js';
export { applySchedule, closedForm, type Schedule, type ScheduleState } from './schedule.js';
export {
  type CosineOptions,
  constant,
  cosine,
  type MultiStepOptions,
  multiStep,
  type SteppedOptions,
  stepped,
  type WarmUpOptions,
  warmUp,
} from './schedules.js';
export { SGD, type SGDSettings } from './sgd.js';
