// The demo's recipe on a small set of synthetic gestures, for sides that read clips from disk.
import { demoConfig } from '../../packages/kinora/dist/config/demo.js';

/** @param {string} folder of a synthetic data set */
export const demoOn = (folder) => ({
  ...demoConfig,
  trainFolder: `${folder}/clips`,
  trainList: `${folder}/train.csv`,
  validationList: `${folder}/validation.csv`,
  labelsFile: `${folder}/labels.csv`,
});
