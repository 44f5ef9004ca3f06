/** Which clips `kinora synth` rendered: those of a data set whose folder holds the recipe. Reads no clip and loads no renderer. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RunConfig } from '../../config/index.js';

/** Name of the file with the recipe, which every synthetic data set has. */
export const recipeName = 'synth.json';

/** The synthetic data set that the training clips lie in; undefined: they are recordings, or packed, or from elsewhere. */
export function renderedSet({
  trainFolder,
  trainList,
}: Pick<RunConfig, 'trainFolder' | 'trainList'>): string | undefined {
  const folders = [trainFolder, trainList].flatMap((path) => (path ? [dirname(path)] : []));
  return folders.find((folder) => existsSync(join(folder, recipeName)));
}
