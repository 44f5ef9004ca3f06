// The recipe of the full demo on a small set of synthetic gestures, for sides that read clips from disk.
import { demoFullConfig } from '../../packages/kinora/dist/config/demo.js';

/** The keys that locate clips and lists. @param {string} folder of a synthetic data set */
export const dataIn = (folder) => ({
  trainFolder: `${folder}/clips`,
  trainList: `${folder}/train.csv`,
  validationList: `${folder}/validation.csv`,
  labelsFile: `${folder}/labels.csv`,
});

/** @param {string} folder of a synthetic data set */
export const demoOn = (folder) => ({ ...demoFullConfig, ...dataIn(folder) });
