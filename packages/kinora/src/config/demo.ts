/**
 * The demo's configurations, so that `kinora demo` and `kinora studio` work outside the repository too.
 * configs/demo.json and configs/demo-frame.json have the same contents.
 */
import type { RunConfigInput } from './run-config.js';

export const demoConfig = {
  name: 'demo',
  model: 'ConvColumnSmall',

  trainFolder: 'data/gestures/clips',
  trainList: 'data/gestures/train.csv',
  validationList: 'data/gestures/validation.csv',
  labelsFile: 'data/gestures/labels.csv',

  frames: 16,
  augment: { rotation: 5, translate: 0.07, flip: 0.5, scale: [0.9, 1.1], brightness: 0.2 },
  batchSize: 32,
  optimizer: 'adamw',
  amsgrad: false,
  weightDecay: 0.01,
  lr: 0.004,
  labelSmoothing: 0.1,
  schedule: 'one_cycle',
  maxSteps: 1000,
  printSteps: 20,
} as const satisfies RunConfigInput;

/** The same with a 2D network that averages its predictions for the frames: what can be recognised without their order. */
export const demoFrameConfig = {
  ...demoConfig,
  name: 'demo-frame',
  model: 'TSNSmall',
  maxSteps: 500,
} as const satisfies RunConfigInput;
