/**
 * The demo's configurations, so that `kinora demo` and `kinora studio` work outside the repository too.
 * configs/demo.json, configs/demo-frame.json and configs/demo-full.json have the same contents.
 */
import type { RunConfigInput } from './run-config.js';

/** Minutes on two cores: frames of half the size, which is what the network of the full demo sees after its first layer. */
export const demoConfig = {
  name: 'demo',
  model: 'ConvColumnTiny',

  trainFolder: 'data/demo/clips',
  trainList: 'data/demo/train.csv',
  validationList: 'data/demo/validation.csv',
  labelsFile: 'data/demo/labels.csv',

  frames: 16,
  mirrored: true,
  resize: { rule: 'height', height: 50 },
  crop: 42,
  augment: { rotation: 5, translate: 0.07, flip: 0.5, scale: [0.9, 1.1], brightness: 0.2 },
  batchSize: 16,
  optimizer: 'adamw',
  amsgrad: false,
  weightDecay: 0.01,
  lr: 0.003,
  labelSmoothing: 0.1,
  schedule: { name: 'one_cycle', rise: 0.2 },
  maxSteps: 1313,
  printSteps: 40,
} as const satisfies RunConfigInput;

/** The same with a 2D network that averages its predictions for the frames: what can be recognised without their order. */
export const demoFrameConfig = {
  ...demoConfig,
  name: 'demo-frame',
  model: 'TSNSmall',
  maxSteps: 656,
} as const satisfies RunConfigInput;

/** `kinora demo --full`: Jester's size of frames, and three times as long. */
export const demoFullConfig = {
  name: 'demo-full',
  model: 'ConvColumnSmall',

  trainFolder: 'data/gestures/clips',
  trainList: 'data/gestures/train.csv',
  validationList: 'data/gestures/validation.csv',
  labelsFile: 'data/gestures/labels.csv',

  frames: 16,
  mirrored: true,
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
