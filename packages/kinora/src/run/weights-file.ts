/** The file of weights that a path means: itself, or the model of a run folder or of one of its checkpoints. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { KinoraError } from '@kinora/torch';
import { isCheckpoint, modelFile } from './checkpoint.js';
import { runFolder } from './run-folder.js';

/** Of a run folder the best checkpoint's. Throws `model/missing`. */
export function weightsFile(path: string): string {
  if (!existsSync(path)) throw missing(path, 'no such file or folder');
  if (!statSync(path).isDirectory()) return path;
  if (isCheckpoint(path)) return modelFile(path);
  // An ensemble has no checkpoints: its weights lie in the folder itself.
  if (existsSync(modelFile(path))) return modelFile(path);
  const { checkpoints } = runFolder(path);
  const found = ['best', 'last'].map((link) => join(checkpoints, link)).find(isCheckpoint);
  if (found === undefined) throw missing(path, 'a folder without checkpoints');
  return modelFile(found);
}

const missing = (path: string, received: string): KinoraError =>
  new KinoraError({
    code: 'model/missing',
    where: path,
    expected: 'a run folder, a checkpoint or a weights file',
    received,
    hint: 'train first, or give the path of a checkpoint',
  });
