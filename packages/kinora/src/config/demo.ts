/**
 * The demo's configurations, so that `kinora demo` and `kinora studio` work outside the repository too; configs/demo.json and
 * configs/demo-frame.json say the same.
 */
import type { RunConfigInput } from './schema.js';

export const demoConfig = {
  model_name: 'demo',
  model: 'ConvColumnSmall',

  train_data_folder: 'data/gestures/clips',
  train_data_csv: 'data/gestures/train.csv',
  val_data_csv: 'data/gestures/validation.csv',
  labels_csv: 'data/gestures/labels.csv',

  clip_size: 16,
  augment: { rotation: 5, translate: 0.07, flip: 0.5, scale: [0.9, 1.1], brightness: 0.2 },
  batch_size: 32,
  optimizer: 'adamw',
  amsgrad: false,
  weight_decay: 0.01,
  lr: 0.004,
  label_smoothing: 0.1,
  schedule: 'one_cycle',
  max_steps: 1000,
  print_freq: 20,
} as const satisfies RunConfigInput;

/** The same with a 2D network whose opinions of the frames are averaged: what can be told without their order. */
export const demoFrameConfig = {
  ...demoConfig,
  model_name: 'demo-frame',
  model: 'TSNSmall',
  max_steps: 500,
} as const satisfies RunConfigInput;
