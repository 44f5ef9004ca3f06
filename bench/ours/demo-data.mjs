// The demo's recipe on a small set of synthetic gestures, for sides that read clips from disk.
import { demoConfig } from '../../packages/kinora/dist/config/demo.js';

/** @param {string} folder of a synthetic data set */
export const demoOn = (folder) => ({
  ...demoConfig,
  train_data_folder: `${folder}/clips`,
  train_data_csv: `${folder}/train.csv`,
  val_data_csv: `${folder}/validation.csv`,
  labels_csv: `${folder}/labels.csv`,
});
