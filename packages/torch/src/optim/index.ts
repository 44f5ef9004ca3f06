/** optim: optimizers over `_foreach_` operators, gradient clipping and learning-rate schedules. The table of contents. */
export { Adam, type AdamSettings, AdamW } from './adam.js';
export { type ClipNormOptions, clipGradNorm, clipGradValue, limitGradNorm } from './clip.js';
export { GradScaler, type GradScalerSettings, type GradScalerState } from './grad-scaler.js';
export { LBFGS, type LBFGSSettings } from './lbfgs.js';
export {
  type DecaySettings,
  FirstOrder,
  type GroupSettings,
  Optimizer,
  type OptimizerState,
  type ParamGroup,
  type Params,
} from './optimizer.js';
export { type Plateau, type PlateauOptions, plateau } from './plateau.js';
export {
  applySchedule,
  type CosineOptions,
  closedForm,
  constant,
  cosine,
  type MultiStepOptions,
  multiStep,
  type OneCycleOptions,
  oneCycle,
  type Schedule,
  type ScheduleState,
  type SteppedOptions,
  stepped,
  type WarmUpOptions,
  warmUp,
} from './schedules.js';
export { SGD, type SGDSettings } from './sgd.js';
