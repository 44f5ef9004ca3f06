/** For tests only: whether what a killed process has left is whole. */
import { join } from 'node:path';
import { serialize } from '@kinora/torch';
import type { RunConfig } from '../../config/index.js';
import { isCheckpoint, readState } from '../../run/checkpoint.js';
import { runFolderOf } from '../../run/run-folder.js';

/** Every link leads to a generation that can be loaded. Returns the step it stands at. */
export function checkWhole(config: RunConfig): number {
  const { checkpoints } = runFolderOf(config);
  const [last, best] = ['last', 'best'].map((link) => join(checkpoints, link));
  for (const path of [last!, best!].filter(isCheckpoint)) {
    readState(path);
    for (const name of ['model', 'optimizer'])
      for (const tensor of serialize.loadSafetensors(join(path, `${name}.safetensors`)).values())
        tensor.dispose();
  }
  return isCheckpoint(last!) ? readState(last!).progress.step : 0;
}
